#include "cli/http_options.hpp"

#include "cli/environment.hpp"
#include "cli/file_content.hpp"
#include "cli/producer.hpp"
#include "cli/shown_value.hpp"
#include "http/certificates.hpp"
#include "os/signals.hpp"

#include <random>
#include <system_error>

namespace cli {

namespace {

constexpr std::int64_t kHour = 3600;
constexpr const char* kCertificatesOfOpenSsl = "SSL_CERT_FILE";  // which libcurl does not read

// The content of the PEM file given by option `name`; empty if the option is not set.
std::string certificates(const Options& options, std::string_view name) {
    if (options.value(name).empty()) {
        return {};
    }
    auto pem = file_content(options, name);
    // SSL_CERT_FILE usually is the file of the system, and takes 3 ms to check.
    const bool is_usable = name == kCertificatesOfOpenSsl
                               ? pem.find("-----BEGIN ") != std::string::npos
                               : http::are_certificates(pem);
    if (!is_usable) {
        options.refuse(name,
                       "names " + shown_path(options.value(name)) +
                           ", which holds no certificate, or a damaged one; give a file in PEM "
                           "format");
    }
    return pem + "\n";
}

std::string certificates_of_ssl_cert_file() {
    const Options options({{kCertificatesOfOpenSsl,
                            {.value = environment(kCertificatesOfOpenSsl).value_or(""),
                             .origin = kCertificatesOfOpenSsl,
                             .blame = ExitStatus::bad_config}}},
                          {});
    return certificates(options, kCertificatesOfOpenSsl);
}

http::CurlSettings curl_settings(const Options& options, std::string_view tool) {
    using std::chrono::seconds;
    http::CurlSettings settings;
    settings.user_agent = product(tool, '/');
    const auto own = certificates(options, "ca-file");
    auto extra = certificates(options, "extra-ca-file");
    if (own.empty()) {
        extra += certificates_of_ssl_cert_file();
    }
    settings.trusted_pem = http::trusted_certificates(own, extra);
    settings.only_trusted_pem = !own.empty();
    settings.connect_timeout = seconds(options.number("connect-timeout", 1, kHour));
    settings.total_timeout = seconds(options.number("timeout", 1, kHour));
    settings.stall_timeout = seconds(options.number("stall-timeout", 1, kHour));
    settings.http2 = options.flag("http2");
    settings.max_connections = static_cast<std::size_t>(options.number("max-in-flight", 1, 256));
    return settings;
}

http::ClientSettings client_settings(const Options& options,
                                     std::string service,
                                     std::vector<std::pair<std::string, std::string>> headers) {
    http::ClientSettings settings;
    settings.what = std::move(service);
    settings.max_in_flight = static_cast<std::size_t>(options.number("max-in-flight", 1, 256));
    if (!options.value("rate").empty()) {
        settings.rate = static_cast<double>(options.number("rate", 1, 100'000));
    }
    settings.retry.budget = std::chrono::seconds(options.number("retry-budget", 0, 24 * kHour));
    settings.headers = std::move(headers);
    settings.stop = os::signals::stop_asked;
    settings.dice = [engine = std::mt19937_64(std::random_device{}())]() mutable {
        return std::uniform_real_distribution<double>(0, 1)(engine);
    };
    return settings;
}

http::Transport& in_background(http::Transport& transport,
                               std::optional<http::BackgroundTransport>& background) {
    try {
        return background.emplace(transport);
    } catch (const std::system_error&) {
        return transport;
    }
}

}  // namespace

ServiceConnection::ServiceConnection(const Options& options,
                                     std::string_view tool,
                                     std::string service,
                                     std::vector<std::pair<std::string, std::string>> headers)
    : curl_(curl_settings(options, tool)),
      client_(in_background(curl_, background_),
              client_settings(options, std::move(service), std::move(headers))) {}

}  // namespace cli
