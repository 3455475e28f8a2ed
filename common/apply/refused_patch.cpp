#include "apply/refused_patch.hpp"

namespace apply {

namespace {

void append(std::string& sentences, const std::string& sentence) {
    sentences += (sentences.empty() || sentence.empty() ? "" : "; ") + sentence;
}

}  // namespace

void RefusedPatch::count(const Effects& effects, std::size_t Counts::*what) {
    removed_.*what += effects.removes ? 1U : 0U;
    granted_.*what += effects.grants ? 1U : 0U;
}

void RefusedPatch::refused(const Effects& effects) {
    count(effects, &Counts::refused);
    name_refused_ = name_refused_ || effects.names;
}

void RefusedPatch::unclear(const std::string& why) {
    append(unclear_, why);
}

void RefusedPatch::forget_applied() {
    removed_.applied = 0;
    granted_.applied = 0;
}

std::string RefusedPatch::account() const {
    const bool partly =
        removed_.applied + granted_.applied + granted_.waiting > 0 || !unclear_.empty();
    if (!partly) {
        return {};  // the service refused all of it
    }
    std::string all;
    if (removed_.applied > 0) {
        append(all,
               removed_.refused == 0 ? "the removals of this change were applied"
                                     : "some removals of this change were applied");
    } else if (removed_.refused > 0) {
        append(all, "the removals of this change were refused");
    }
    if (granted_.waiting > 0) {
        append(all, "its additions wait until the service accepts the " + name);
    }
    if (granted_.applied > 0) {
        append(
            all,
            granted_.refused == 0 ? "its additions were applied" : "some additions were applied");
    } else if (granted_.refused > 0) {
        append(all, "its additions were refused");
    }
    if (members_.count() > 0) {
        append(all, "members that were refused: " + members_.joined());
    }
    append(all, unclear_);
    return all;
}

Outcome RefusedPatch::outcome() const {
    auto outcome = outcome_;
    append(outcome.detail, account());
    const bool access = removed_.refused + granted_.refused + granted_.waiting > 0 ||
                        name_refused_ || !unclear_.empty();
    if (!access) {
        outcome.exit_status = ExitStatus::ok;
    }
    return outcome;
}

}  // namespace apply
