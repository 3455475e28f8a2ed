#include "http/certificates.hpp"

#include <curl/curl.h>

#include <fstream>
#include <sstream>

namespace http {

namespace {

std::string system_certificates() {
    const char* path = curl_version_info(CURLVERSION_NOW)->cainfo;
    std::ostringstream content;
    if (std::ifstream file(path == nullptr ? "" : path); file) {
        content << file.rdbuf();
    }
    return content
        .str();  // empty: the system may have a directory of them, which libcurl reads in any case
}

}  // namespace

std::string trusted_certificates(const std::string& own, const std::string& extra) {
    if (!own.empty()) {
        return own + extra;
    }
    if (extra.empty()) {
        return {};
    }
    auto all = system_certificates() + "\n";
    return extra == all ? std::string() : all + extra;
}

}  // namespace http
