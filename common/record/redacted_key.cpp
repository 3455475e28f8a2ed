#include "record/redacted_key.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace record {

namespace {

constexpr std::array<std::string_view, 8> kKnownTypes{"ssh-ed25519",
                                                      "ecdsa-sha2-nistp256",
                                                      "ecdsa-sha2-nistp384",
                                                      "ecdsa-sha2-nistp521",
                                                      "ssh-rsa",
                                                      "ssh-dss",
                                                      "sk-ssh-ed25519@openssh.com",
                                                      "sk-ecdsa-sha2-nistp256@openssh.com"};

std::string field(std::string_view value) {
    std::string text;
    for (unsigned shift = 32; shift > 0;) {
        shift -= 8;
        text.push_back(static_cast<char>(static_cast<unsigned char>(value.size() >> shift)));
    }
    return text.append(value);
}

// The fields of a blob, as far as it has them (RFC 4251 §5).
std::vector<std::string> fields_of(std::string_view blob) {
    std::vector<std::string> fields;
    while (blob.size() >= 4) {
        std::size_t length = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            length = (length << 8U) | static_cast<unsigned char>(blob[i]);
        }
        if (length > blob.size() - 4) {
            break;
        }
        fields.emplace_back(blob.substr(4, length));
        blob.remove_prefix(4 + length);
    }
    return fields;
}

// A random integer that is odd and has the length and the sign of `modulus`.
std::string modulus_like(const std::string& modulus, std::string random) {
    if (random.empty()) {
        return random;
    }
    const std::size_t first = modulus.front() == '\0' && modulus.size() > 1 ? 1 : 0;
    const auto top = static_cast<unsigned char>(random[first]);
    random.front() = '\0';
    random[first] = static_cast<char>(first == 1 ? (top | 0x80U) : ((top & 0x7FU) | 0x40U));
    random.back() = static_cast<char>(static_cast<unsigned char>(random.back()) | 1U);
    return random;
}

std::string blob_like(const SshKey& key,
                      const std::string& bytes,
                      const KeyedDigest& digest,
                      int attempt) {
    auto fields = fields_of(bytes);
    const auto random = [&](std::size_t size) {
        return digest.of("key/" + std::to_string(attempt), std::string(key.type) + bytes, size);
    };
    const std::size_t secret =
        key.type == "ssh-rsa" || key.type.find("ecdsa") != std::string::npos ? 2 : 1;
    if (fields.size() > secret) {
        auto& material = fields[secret];
        if (key.type == "ssh-rsa") {
            material = modulus_like(material, random(material.size()));
        } else if (secret == 2 && !material.empty()) {
            material = material.front() + random(material.size() - 1);
        } else {
            material = random(material.size());
        }
    }
    for (auto i = secret + 1; i < fields.size(); ++i) {
        fields[i] = fields[i].empty() ? "" : "ssh:";  // the application of a FIDO key
    }
    std::string blob;
    for (const auto& one : fields) {
        blob += field(one);
    }
    return std::string(key.type) + " " + encoding::to_base64(blob);
}

}  // namespace

std::string redacted_ssh_key(const SshKey& key, const KeyedDigest& digest) {
    const auto bytes = encoding::from_base64(key.blob).value_or("");
    auto line = blob_like(key, bytes, digest, 0);
    for (int attempt = 1; !is_sendable_ssh_key(line) && attempt < 100; ++attempt) {
        line = blob_like(key, bytes, digest, attempt);
    }
    return line;
}

std::vector<std::string> refused_ssh_keys_like(const std::string& line,
                                               const std::string& word,
                                               const KeyedDigest& digest) {
    std::vector<std::string> lines{"x-" + word, "-----BEGIN OPENSSH PRIVATE KEY-----" + word};
    const auto key = parse_ssh_key(line);
    if (!key || std::find(kKnownTypes.begin(), kKnownTypes.end(), key->type) == kKnownTypes.end()) {
        return lines;
    }
    const std::string type(key->type);
    lines.push_back(type + " " + word + "!");
    lines.push_back(type + "  " + word);
    lines.push_back(type + " " + encoding::to_base64(field(word)));
    lines.push_back(type + " " + encoding::to_base64(field(type) + field(word)));
    if (const auto bytes = encoding::from_base64(key->blob)) {
        const auto fields = fields_of(*bytes);
        if (!fields.empty() && fields.front() == type) {
            lines.push_back(blob_like(*key, *bytes, digest, 0));
        }
    }
    return lines;
}

}  // namespace record
