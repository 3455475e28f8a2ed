#include "http/certificates.hpp"

#include <curl/curl.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string_view>

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

/// A block of a text in PEM.
struct Block {
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;

    Block() = default;
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    ~Block() {
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }

    [[nodiscard]] bool is_certificate() const {
        const std::string_view word = name;
        return word == PEM_STRING_X509 || word == PEM_STRING_X509_OLD ||
               word == PEM_STRING_X509_TRUSTED;
    }
    // The block begins with one complete object of DER. It is not decoded: for the 140 certificates
    // of a system that takes 190 million instructions.
    [[nodiscard]] bool is_complete() const {
        const unsigned char* at = data;
        long length = 0;
        int tag = 0;
        int kind = 0;
        return (ASN1_get_object(&at, &length, &tag, &kind, size) & 0x80) == 0 &&
               tag == V_ASN1_SEQUENCE;
    }
};

}  // namespace

bool are_certificates(const std::string& pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    bool has_one = false;
    bool are_complete = true;
    for (;;) {
        Block block;
        if (PEM_read_bio(text.get(), &block.name, &block.header, &block.data, &block.size) != 1) {
            break;
        }
        has_one = has_one || block.is_certificate();
        are_complete = are_complete && (!block.is_certificate() || block.is_complete());
    }
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    return has_one && are_complete && at_end;
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
