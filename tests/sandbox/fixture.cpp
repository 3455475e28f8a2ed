#include "fixture.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

namespace sandbox {

namespace {

void set_size(std::size_t& size, const std::string& name, const Json& value) {
    if (!value.is_number_unsigned()) {
        throw std::invalid_argument(name + " must be a number");
    }
    size = value.get<std::size_t>();
}

void set_key_body(std::string& form, const Json& value) {
    if (value != "text" && value != "json" && value != "base64") {
        throw std::invalid_argument("sshKeyBody must be text, json or base64");
    }
    form = value.get<std::string>();
}

Credentials read_credentials(const Json& json, const std::string& base_url) {
    Credentials out;
    out.api_key = "pwt_" + to_base64(base_url, true) + "." +
                  json.at("activateApiKeySecret").get<std::string>();
    out.api_key_user = json.at("activateApiKeyUser");
    out.jwts = json.at("activateJwts").get<std::map<std::string, std::string>>();
    out.activate_scim_token = json.at("activateScimToken");
    out.scim_token = json.at("scimToken");
    return out;
}

[[noreturn]] void fail(const std::string& file) {
    throw std::runtime_error(file + ": " + std::strerror(errno));
}

}  // namespace

void fill_world(const Json& fixture, const std::string& base_url, World& world) {
    world.base_url = base_url;
    if (const auto settings = fixture.find("settings"); settings != fixture.end()) {
        change_settings(world.settings, *settings);
    }
    world.credentials = read_credentials(fixture.at("credentials"), world.base_url);
    world.activate.load(fixture.at("activate"));
    for (const auto& user : fixture.at("scim").at("Users")) {
        world.users.load(user);
    }
    for (const auto& group : fixture.at("scim").at("Groups")) {
        world.groups.load(group);
    }
}

void load_fixture(const std::string& file, const std::string& base_url, World& world) {
    std::ifstream in(file);
    if (!in) {
        fail(file);
    }
    try {
        fill_world(Json::parse(in), base_url, world);
    } catch (const std::exception& error) {
        throw std::runtime_error(file + ": " + error.what());
    }
}

void change_settings(Settings& settings, const Json& changes) {
    auto next = settings;  // all or nothing
    for (const auto& [name, value] : changes.items()) {
        if (name == "sshKeyBody") {
            set_key_body(next.ssh_key_body, value);
        } else if (name == "keyDelayMs") {
            if (!value.is_number_unsigned()) {
                throw std::invalid_argument("keyDelayMs: a number");
            }
            next.key_delay_ms = value.get<int>();
        } else if (name == "usersCap") {
            set_size(next.users_cap, name, value);
        } else if (name == "pageDefault") {
            set_size(next.scim_pages.by_default, name, value);
        } else if (name == "pageCap") {
            set_size(next.scim_pages.cap, name, value);
        } else if (name == "activatePageDefault") {
            set_size(next.activate_scim_pages.by_default, name, value);
        } else if (name == "activatePageCap") {
            set_size(next.activate_scim_pages.cap, name, value);
        } else {
            throw std::invalid_argument("there is no setting '" + name + "'");
        }
    }
    settings = next;
}

Json settings_json(const Settings& settings) {
    return {{"sshKeyBody", settings.ssh_key_body},
            {"keyDelayMs", settings.key_delay_ms},
            {"usersCap", settings.users_cap},
            {"pageDefault", settings.scim_pages.by_default},
            {"pageCap", settings.scim_pages.cap},
            {"activatePageDefault", settings.activate_scim_pages.by_default},
            {"activatePageCap", settings.activate_scim_pages.cap}};
}

void write_environment(const std::string& file, const World& world) {
    const auto& secrets = world.credentials;
    const std::string organization = world.activate.organization().at("name");
    const auto text = "ACTIVATE_API_KEY=" + secrets.api_key +
                      "\nACTIVATE_SCIM_BASE_URL=" + world.base_url + "/api/organizations/" +
                      organization +
                      "/scim/v2\nACTIVATE_SCIM_BEARER_TOKEN=" + secrets.activate_scim_token +
                      "\nCW_SCIM_BASE_URL=" + world.base_url +
                      "/scim/v2\nCW_SCIM_BEARER_TOKEN=" + secrets.scim_token + "\n";
    const auto partial = file + ".part";
    (void)::unlink(partial.c_str());  // an old one may have another mode
    const int fd = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        fail(partial);
    }
    const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (::close(fd) != 0 || !written) {
        fail(partial);
    }
    if (std::rename(partial.c_str(), file.c_str()) != 0) {
        fail(file);
    }
}

}  // namespace sandbox
