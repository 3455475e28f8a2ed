#include "http/certificates.hpp"

#include <curl/curl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <fstream>
#include <memory>
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

// A private key in the file is not decrypted, and no passphrase is asked for.
int no_passphrase(char* /*to*/, int /*size*/, int /*for_writing*/, void* /*user*/) {
    return -1;
}

void free_blocks(STACK_OF(X509_INFO) * blocks) {
    sk_X509_INFO_pop_free(blocks, X509_INFO_free);
}

}  // namespace

bool are_certificates(const std::string& pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    const std::unique_ptr<STACK_OF(X509_INFO), decltype(&free_blocks)> blocks(
        PEM_X509_INFO_read_bio(text.get(), nullptr, no_passphrase, nullptr), free_blocks);
    ERR_clear_error();
    for (int at = 0; at < sk_X509_INFO_num(blocks.get()); ++at) {
        if (sk_X509_INFO_value(blocks.get(), at)->x509 != nullptr) {
            return true;
        }
    }
    return false;
}

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
