#include "record/external_ids.hpp"

#include "record/record.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"

namespace {

// Sets the namespace of the process during its lifetime.
class Namespace {
  public:
    explicit Namespace(const std::string& name) { record::use_namespace(name); }
    Namespace(const Namespace&) = delete;
    Namespace& operator=(const Namespace&) = delete;
    ~Namespace() { record::use_namespace(""); }
};

}  // namespace

TEST_CASE("a record is managed by the deployment whose namespace its externalId has") {
    const record::ExternalId plain{"pw-activate:user:ada"};
    const record::ExternalId acme{"pw-activate:acme:user:ada"};
    CHECK(record::is_managed(plain, record::Kind::user));
    CHECK_FALSE(record::is_managed(acme, record::Kind::user));
    const Namespace own("acme");
    CHECK_FALSE(record::is_managed(plain, record::Kind::user));
    CHECK(record::is_managed(acme, record::Kind::user));
    CHECK_FALSE(record::is_managed({"pw-activate:acme:group:ada"}, record::Kind::user));
    CHECK_FALSE(record::is_managed({"pw-activate:acme2:user:ada"}, record::Kind::user));
    CHECK(record::group_prefix() == "pw-activate:acme:group:");
}

TEST_CASE("a namespace is a word that is not user or group") {
    for (const auto* name : {"acme", "A-1_b", "x", "users"}) {
        CHECK(record::is_namespace(name));
    }
    for (const auto* name : {"", "user", "group", "a:b", "a b", "a/b", "\xC3\xA9"}) {
        CHECK_FALSE(record::is_namespace(name));
    }
    CHECK_FALSE(record::is_namespace(std::string(33, 'a')));
}

TEST_CASE("the namespace of an externalId is that of the deployment that has written it") {
    using record::Kind;
    CHECK(record::namespace_in(Kind::user, "pw-activate:acme:user:ada") == "acme");
    CHECK(record::namespace_in(Kind::group, "pw-activate:acme:group:1") == "acme");
    for (const auto* id : {"",
                           "okta:1",
                           "pw-activate:",
                           "pw-activate:acme",
                           "pw-activate:user:ada",
                           "pw-activate:user:user:ada",
                           "pw-activate:acme:group:1"}) {
        CHECK(record::namespace_in(Kind::user, id).empty());
    }
}

TEST_CASE("a stream of another namespace is rejected") {
    CHECK(caught([] { record::require_own_namespace("", "x:1"); }).status == ExitStatus::ok);
    CHECK(caught([] {
              record::require_own_namespace("acme", "x:1");
          }).says("x:1: this stream has namespace acme, and SYNC_NAMESPACE says no namespace"));
    const Namespace own("acme");
    CHECK(caught([] { record::require_own_namespace("", "x:1"); }).status ==
          ExitStatus::bad_config);
}
