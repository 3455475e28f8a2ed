#include "record/ssh_key.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "record/common_ssh_key.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <tuple>
#include <utility>

namespace record {

namespace {

constexpr std::size_t kLongestLine = 8192;  // sshd(8)
constexpr std::size_t kLeastRsaBits = 2048;

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// The first space at or after `at`, or the end; and the first other character.
std::size_t blank_from(std::string_view line, std::size_t at) {
    const auto space = std::min(line.find(' ', at), line.size());
    return std::min(line.substr(0, space).find('\t', at), space);
}
std::size_t word_from(std::string_view line, std::size_t at) {
    return static_cast<std::size_t>(
        std::find_if_not(line.begin() + static_cast<std::ptrdiff_t>(at), line.end(), is_blank) -
        line.begin());
}

// The fields of a key blob: strings and integers, each after its length in four bytes (RFC 4251
// §5).
class Blob {
  public:
    explicit Blob(std::string_view bytes) : rest_(bytes) {}

    std::optional<std::string_view> field() {
        if (rest_.size() < 4) {
            return std::nullopt;
        }
        std::uint32_t length = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            length = (length << 8U) | static_cast<unsigned char>(rest_[i]);
        }
        if (length > rest_.size() - 4) {
            return std::nullopt;
        }
        const auto value = rest_.substr(4, length);
        rest_.remove_prefix(4 + std::size_t{length});
        return value;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

// The encodings of points whose order divides 8, without the sign bit. Anyone can make a signature
// that such a key accepts (RFC 8032 §8.9; the list is that of libsodium's ge25519_has_small_order).
bool has_low_order(std::string_view point) {
    static constexpr std::array<std::string_view, 7> kLowOrder{
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};
    std::string positive(point);
    positive.back() = static_cast<char>(static_cast<unsigned char>(positive.back()) & 0x7FU);
    return std::find(kLowOrder.begin(), kLowOrder.end(), encoding::to_hex(positive)) !=
           kLowOrder.end();
}

std::optional<std::string> why_not_ed25519(Blob& blob) {
    const auto key = blob.field();
    if (!key || key->size() != 32) {
        return "the Ed25519 key is not 32 bytes";
    }
    return has_low_order(*key)
               ? std::optional<std::string>("the Ed25519 key is a point of low order")
               : std::nullopt;
}

std::optional<std::string> why_not_ecdsa(Blob& blob, std::string_view type) {
    struct Curve {
        std::string_view name;
        std::size_t bytes;
    };
    constexpr std::array<Curve, 3> kCurves{{{"nistp256", 32}, {"nistp384", 48}, {"nistp521", 66}}};
    const auto curve = blob.field();
    const auto point = blob.field();
    if (!curve || !point || type.find(*curve) == std::string_view::npos) {
        return "the curve is not the one its type names";
    }
    const auto known = std::find_if(
        kCurves.begin(), kCurves.end(), [&](const Curve& c) { return c.name == *curve; });
    if (known == kCurves.end() || point->size() != 1 + 2 * known->bytes ||
        point->front() != '\x04') {
        return "the point is not an uncompressed point of its curve";
    }
    if (point->find_first_not_of('\0', 1) == std::string_view::npos) {
        return "the point is zero";
    }
    return std::nullopt;
}

std::size_t bits_of(std::string_view integer) {
    while (!integer.empty() && integer.front() == '\0') {
        integer.remove_prefix(1);
    }
    if (integer.empty()) {
        return 0;
    }
    const auto first = static_cast<unsigned char>(integer.front());
    return (integer.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(first));
}

// RFC 4251 §5: a leading zero byte only stands before a byte whose highest bit is set. OpenSSH
// accepts more zeros, so one key would have several spellings.
bool has_unnecessary_zero(std::string_view integer) {
    return integer.size() > 1 && integer[0] == '\0' &&
           (static_cast<unsigned char>(integer[1]) & 0x80U) == 0;
}

// A modulus of random primes is odd, and has no long run of one byte.
constexpr std::size_t kLongRun = 16;

bool is_trivial(std::string_view modulus) {
    std::size_t run = 1;
    for (std::size_t i = 1; i < modulus.size() && run < kLongRun; ++i) {
        run = modulus[i] == modulus[i - 1] ? run + 1 : 1;
    }
    return run >= kLongRun || (static_cast<unsigned char>(modulus.back()) & 1U) == 0;
}

std::optional<std::string> why_not_rsa(Blob& blob) {
    const auto exponent = blob.field();
    const auto modulus = blob.field();
    if (!exponent || !modulus || modulus->empty()) {
        return "the RSA key has no exponent or no modulus";
    }
    const bool odd = !exponent->empty() && (static_cast<unsigned char>(exponent->back()) & 1U) != 0;
    if (!odd || bits_of(*exponent) < 2 ||
        (static_cast<unsigned char>(exponent->front()) & 0x80U) != 0) {
        return "the RSA exponent is not an odd number above 1";
    }
    if ((static_cast<unsigned char>(modulus->front()) & 0x80U) != 0) {
        return "the RSA modulus is negative";
    }
    if (const auto bits = bits_of(*modulus); bits < kLeastRsaBits) {
        return "the RSA key has " + std::to_string(bits) + " bits; at least " +
               std::to_string(kLeastRsaBits) + " are needed";
    }
    if (has_unnecessary_zero(*exponent) || has_unnecessary_zero(*modulus)) {
        return "a number of the RSA key begins with an unnecessary zero byte; its owner should "
               "upload it again in the form that ssh-keygen -y prints";
    }
    if (is_trivial(*modulus)) {
        return "the RSA modulus is not a product of two random primes";
    }
    return std::nullopt;
}

std::optional<std::string> why_not_blob(const SshKey& key) {
    const auto bytes = encoding::from_base64(key.blob);
    if (!bytes) {
        return "the key is not base64";
    }
    Blob blob(*bytes);
    const auto type = blob.field();
    if (!type || *type != key.type) {
        return "the key is of another type than the line says";
    }
    std::optional<std::string> fault;
    if (key.type == "ssh-ed25519" || key.type == "sk-ssh-ed25519@openssh.com") {
        fault = why_not_ed25519(blob);
    } else if (key.type == "ssh-rsa") {
        fault = why_not_rsa(blob);
    } else {
        fault = why_not_ecdsa(blob, key.type);
    }
    if (fault) {
        return fault;
    }
    if (key.type.starts_with("sk-")) {  // the application, "ssh:" (PROTOCOL.u2f)
        if (const auto application = blob.field(); !application || application->empty()) {
            return "the FIDO key names no application";
        }
    }
    return blob.at_end() ? std::nullopt
                         : std::optional<std::string>("there are bytes after the key");
}

bool is_accepted_type(std::string_view type) {
    constexpr std::array<std::string_view, 7> kTypes{"ssh-ed25519",
                                                     "ecdsa-sha2-nistp256",
                                                     "ecdsa-sha2-nistp384",
                                                     "ecdsa-sha2-nistp521",
                                                     "ssh-rsa",
                                                     "sk-ssh-ed25519@openssh.com",
                                                     "sk-ecdsa-sha2-nistp256@openssh.com"};
    return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

// `type blob`, and the comment if there is one and it is asked for.
std::string line_of(const SshKey& key, bool with_comment) {
    std::string line(key.type);
    line.append(1, ' ').append(key.blob);
    if (with_comment && !key.comment.empty()) {
        line.append(1, ' ').append(key.comment);
    }
    return line;
}

/// A line and its place in a list: by blob, then type; a line that is not of that form by its text.
struct OrderedKey {
    explicit OrderedKey(std::string_view text) : line(text) {
        if (const auto key = parse_ssh_key(text)) {
            blob = key->blob;
            type = key->type;
            identity = {key->type.begin(), key->blob.end()};
        }
    }
    [[nodiscard]] bool comes_before(const OrderedKey& other) const {
        return std::tie(blob, type, line) < std::tie(other.blob, other.type, other.line);
    }

    std::string_view line;
    std::string_view blob = line;
    std::string_view type{};
    std::string_view identity = line;
};

template <class Text>
void sort_keys(std::vector<Text>& keys) {
    if (keys.size() < 2) {
        return;
    }
    std::vector<OrderedKey> ordered(keys.begin(), keys.end());
    std::sort(ordered.begin(), ordered.end(), [](const OrderedKey& a, const OrderedKey& b) {
        return a.comes_before(b);
    });
    ordered.erase(std::unique(ordered.begin(),
                              ordered.end(),
                              [](const OrderedKey& a, const OrderedKey& b) {
                                  return a.identity == b.identity;
                              }),
                  ordered.end());
    std::vector<Text> sorted;
    sorted.reserve(ordered.size());
    std::transform(
        ordered.begin(), ordered.end(), std::back_inserter(sorted), [](const OrderedKey& key) {
            return Text(key.line);
        });
    keys = std::move(sorted);
}

bool is_printable_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

std::optional<SshKey> parse_ssh_key(std::string_view line) {
    line = text::trim(line);
    const auto type_end = blank_from(line, 0);
    const auto type = line.substr(0, type_end);
    if (type_end == line.size() ||
        (!type.starts_with("ssh-") && !type.starts_with("ecdsa-") && !type.starts_with("sk-"))) {
        return std::nullopt;
    }
    const auto blob = word_from(line, type_end);
    const auto blob_end = blank_from(line, blob);
    return SshKey{.type = type,
                  .blob = line.substr(blob, blob_end - blob),
                  .comment = text::trim(line.substr(blob_end))};
}

std::string normalised_ssh_key(std::string_view line, bool keep_comment) {
    line = text::trim(line);
    const auto key = parse_ssh_key(line);
    if (!key || line.find_first_of("\r\n") != std::string_view::npos) {
        return std::string(line);
    }
    return line_of(*key, keep_comment);
}

KeyViews views_of(const std::optional<std::vector<std::string>>& keys) {
    return keys ? KeyViews(keys->begin(), keys->end()) : KeyViews{};
}

std::string_view ssh_key_identity(std::string_view line) {
    const auto key = parse_ssh_key(line);
    return key ? std::string_view(key->type.begin(), key->blob.end()) : line;
}

std::set<std::string_view> ssh_key_identities(const KeyViews& keys) {
    std::set<std::string_view> all;
    std::transform(keys.begin(), keys.end(), std::inserter(all, all.end()), ssh_key_identity);
    return all;
}

KeyViews ssh_keys_without(const KeyViews& keys, const KeyViews& others) {
    if (keys.empty() || others.empty()) {
        return keys;
    }
    const auto known = ssh_key_identities(others);
    KeyViews rest;
    std::copy_if(keys.begin(), keys.end(), std::back_inserter(rest), [&](std::string_view key) {
        return !known.contains(ssh_key_identity(key));
    });
    return rest;
}

void sort_ssh_keys(std::vector<std::string>& keys) {
    sort_keys(keys);
}

void sort_ssh_keys(std::vector<std::string_view>& keys) {
    sort_keys(keys);
}

std::optional<std::string> why_not_ssh_key(std::string_view line) {
    if (line.size() > kLongestLine) {
        return "the line is longer than " + std::to_string(kLongestLine) + " bytes";
    }
    if (!is_printable_ascii(line)) {
        return "the line holds a control character, a second line, or a byte that is not ASCII";
    }
    if (line.find("PRIVATE KEY") != std::string_view::npos) {
        return "this is a private key; its owner should replace it";
    }
    const auto key = parse_ssh_key(line);
    if (!key) {
        return "the line does not begin with a key type (options such as command= are not "
               "accepted)";
    }
    if (!is_accepted_type(key->type)) {
        return "keys of type " + std::string(key->type) + " are not accepted";
    }
    if (line_of(*key, true) != line) {
        return "the line is not exactly `type base64 [comment]`";
    }
    return why_not_blob(*key);
}

bool is_sendable_ssh_key(std::string_view line) {
    return is_common_ssh_key(line) || !why_not_ssh_key(line);
}

bool has_complete_blob(std::string_view line) {
    const auto at = std::min(line.find("AAAA"), line.size());
    const auto bytes = encoding::from_base64(line.substr(at, blank_from(line, at) - at));
    Blob blob(bytes ? std::string_view(*bytes) : std::string_view());
    const auto type = blob.field();
    std::size_t values = 0;
    while (!blob.at_end() && blob.field()) {
        ++values;
    }
    // The fewest after the type: one value of an Ed25519 key, two of the others.
    const std::size_t fewest = type && type->find("ed25519") != std::string_view::npos ? 1 : 2;
    return blob.at_end() && values >= fewest;
}

std::string ssh_key_fingerprint(std::string_view line) {
    constexpr std::size_t kShown = 15;  // SHA256: and 8 digits
    const auto key = parse_ssh_key(line);
    if (const auto bytes = key ? encoding::from_base64(key->blob) : std::nullopt) {
        return encoding::fingerprint(*bytes);
    }
    // The text itself may be a line of a private key.
    const bool has_type = key && is_accepted_type(key->type);
    return (has_type ? std::string(key->type) + " " : std::string()) + "(" +
           text::counted(line.size(), "byte", "bytes") + ", " +
           encoding::fingerprint(line).substr(0, kShown) + "\u2026)";
}

}  // namespace record
