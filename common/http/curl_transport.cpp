#include "http/curl_transport.hpp"

#include "base/error.hpp"
#include "http/base_url.hpp"
#include "http/call_times.hpp"
#include "http/curl_failure.hpp"
#include "http/received_response.hpp"
#include "http/socket_watch.hpp"

#include <unistd.h>
#define CURL_DISABLE_DEPRECATION  // of curl_multi_socket_all: see call_times.hpp
#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <exception>
#include <unordered_map>
#include <utility>
#include <vector>

namespace http {

namespace {

// Bytes that a connection receives at once: at most 16 KiB, and 256 KiB for all connections.
long receive_buffer(std::size_t connections) {
    constexpr std::size_t kMost = std::size_t{16} << 10U;
    constexpr std::size_t kOfAll = std::size_t{256} << 10U;
    return static_cast<long>(std::min(kMost, kOfAll / connections));
}

template <auto kFree>
struct FreedBy {
    template <class T>
    void operator()(T* object) const noexcept {
        kFree(object);
    }
};

// libcurl's one-time initialisation, undone at exit.
class Library {
  public:
    Library() {
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
            throw Error(ExitStatus::internal, "libcurl cannot be initialised");
        }
    }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    ~Library() { curl_global_cleanup(); }
};

void use_library() {
    static const Library library;
}

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
    if (const auto code = curl_easy_setopt(handle, option, value); code != CURLE_OK) {
        throw Error(ExitStatus::internal,
                    std::string("libcurl refuses a setting (") +
                        curl_easy_option_by_id(option)->name + "): " + curl_easy_strerror(code));
    }
}

void check(CURLMcode code) {
    if (code != CURLM_OK) {
        throw Error(ExitStatus::internal, std::string("libcurl: ") + curl_multi_strerror(code));
    }
}

// libcurl creates and closes sockets through these functions, so that they can be watched.
curl_socket_t on_opening(void* sockets, curlsocktype, curl_sockaddr* address) noexcept {
    return static_cast<SocketWatch*>(sockets)->open(
        address->family, address->socktype, address->protocol);
}

int on_closing(void* sockets, curl_socket_t socket) noexcept {
    static_cast<SocketWatch*>(sockets)->closed(socket);
    return close(socket);
}

}  // namespace

// One request with everything that libcurl refers to while it runs. It is reused for the next
// request, with its connection. Options that are the same for all requests are set once: to set
// them for each request would take a twentieth of its time.
struct CurlTransport::Exchange {
    const CurlSettings& settings;
    std::unique_ptr<CURL, FreedBy<curl_easy_cleanup>> easy{curl_easy_init()};
    std::unique_ptr<curl_slist, FreedBy<curl_slist_free_all>> headers{};
    std::vector<std::pair<std::string, std::string>> listed{};  // what `headers` refers to
    std::string origin{};  // that the certificates and the proxy are set for
    const Request* request = nullptr;
    ReceivedResponse received;
    Done done{};
    int sendings = 0;
    std::exception_ptr fault{};  // an exception must not pass through the C code of libcurl
    std::array<char, CURL_ERROR_SIZE> reason{};

    Exchange(const CurlSettings& all_settings, SocketWatch& sockets);
    static std::size_t on_body(char* data, std::size_t, std::size_t bytes, void* self) noexcept;
    static std::size_t on_header(char* data, std::size_t, std::size_t bytes, void* self) noexcept;
    static int on_sending(void* self, char*, char*, int, int) noexcept;
    void prepare(const Request& next, Done when_done);
    void list_headers();
    void set_origin();
    [[nodiscard]] Result result(CURLcode code);
};

// libcurl reports the sockets that it waits for and the time of its next call, and only ready
// sockets are then processed. Its own curl_multi_perform would go over all transfers each time.
struct CurlTransport::Handles {
    SocketWatch sockets{};
    CallTimes times{};
    std::unordered_map<CURL*, std::unique_ptr<Exchange>> running{};
    std::vector<std::unique_ptr<Exchange>> idle{};
    std::unique_ptr<CURLM, FreedBy<curl_multi_cleanup>> multi{
        curl_multi_init()};  // is destroyed first: it still reports the sockets that it leaves

    static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept;
    static int on_timer(CURLM*, long milliseconds, void* self) noexcept;
    void act(curl_socket_t socket, int events);
    void act_on_all();
};

int CurlTransport::Handles::on_socket(
    CURL*, curl_socket_t socket, int what, void* self, void*) noexcept {
    auto& sockets = static_cast<Handles*>(self)->sockets;
    if (what == CURL_POLL_REMOVE) {
        sockets.rest(socket);
        return 0;
    }
    const auto events = ((what & CURL_POLL_IN) != 0 ? std::uint32_t{EPOLLIN} : 0U) |
                        ((what & CURL_POLL_OUT) != 0 ? std::uint32_t{EPOLLOUT} : 0U);
    return sockets.want(socket, events) ? 0 : -1;
}

int CurlTransport::Handles::on_timer(CURLM*, long milliseconds, void* self) noexcept {
    static_cast<Handles*>(self)->times.call_in(std::chrono::milliseconds(milliseconds),
                                               Clock::now());
    return 0;
}

void CurlTransport::Handles::act(curl_socket_t socket, int events) {
    int unfinished = 0;  // bytes are counted here
    check(curl_multi_socket_action(multi.get(), socket, events, &unfinished));
}

void CurlTransport::Handles::act_on_all() {
    int unfinished = 0;
    check(curl_multi_socket_all(multi.get(), &unfinished));
}

std::size_t CurlTransport::Exchange::on_body(char* data,
                                             std::size_t,
                                             std::size_t bytes,
                                             void* self) noexcept {
    auto& exchange = *static_cast<Exchange*>(self);
    try {
        return exchange.received.add_body({data, bytes}) ? bytes : 0;
    } catch (...) {
        exchange.fault = std::current_exception();
        return 0;
    }
}

std::size_t CurlTransport::Exchange::on_header(char* data,
                                               std::size_t,
                                               std::size_t bytes,
                                               void* self) noexcept {
    auto& exchange = *static_cast<Exchange*>(self);
    try {
        exchange.received.add_line({data, bytes});
        return bytes;
    } catch (...) {
        exchange.fault = std::current_exception();
        return 0;
    }
}

// libcurl sends a request again by itself if a kept connection ends before a byte of the answer. A
// POST may then be carried out twice, so callers must look up the record first.
int CurlTransport::Exchange::on_sending(void* self, char*, char*, int, int) noexcept {
    auto& exchange = *static_cast<Exchange*>(self);
    return ++exchange.sendings > 1 && exchange.request->method == "POST" ? CURL_PREREQFUNC_ABORT
                                                                         : CURL_PREREQFUNC_OK;
}

CurlTransport::Exchange::Exchange(const CurlSettings& all_settings, SocketWatch& sockets)
    : settings(all_settings), received(all_settings.max_body) {
    CURL* handle = easy.get();
    set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    // With HTTP/2, wait for the connection that is being opened instead of opening another: it may
    // carry all requests.
    set(handle,
        CURLOPT_HTTP_VERSION,
        static_cast<long>(settings.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    set(handle, CURLOPT_PIPEWAIT, settings.http2 ? 1L : 0L);
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle,
        CURLOPT_TCP_NODELAY,
        1L);  // otherwise head and body of a small request wait for each other's acknowledgement
    set(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    set(handle, CURLOPT_BUFFERSIZE, receive_buffer(settings.max_connections));
    set(handle, CURLOPT_USERAGENT, settings.user_agent.c_str());
    set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));
    set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(settings.total_timeout.count()));
    set(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(settings.stall_timeout.count()));
    set(handle, CURLOPT_ERRORBUFFER, reason.data());
    if (settings.only_trusted_pem) {
        set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    set(handle, CURLOPT_WRITEFUNCTION, &Exchange::on_body);
    set(handle, CURLOPT_WRITEDATA, static_cast<void*>(this));
    set(handle, CURLOPT_HEADERFUNCTION, &Exchange::on_header);
    set(handle, CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(handle, CURLOPT_OPENSOCKETFUNCTION, &on_opening);
    set(handle, CURLOPT_OPENSOCKETDATA, static_cast<void*>(&sockets));
    set(handle, CURLOPT_CLOSESOCKETFUNCTION, &on_closing);
    set(handle, CURLOPT_CLOSESOCKETDATA, static_cast<void*>(&sockets));
    set(handle, CURLOPT_PREREQFUNCTION, &Exchange::on_sending);
    set(handle, CURLOPT_PREREQDATA, static_cast<void*>(this));
}

void CurlTransport::Exchange::prepare(const Request& next, Done when_done) {
    CURL* handle = easy.get();
    request = &next;
    received.clear();
    done = std::move(when_done);
    sendings = 0;
    reason[0] = '\0';
    list_headers();
    set(handle, CURLOPT_URL, request->url.c_str());
    if (const auto next_origin = origin_of(request->url); next_origin != origin) {
        origin = next_origin;
        set_origin();
    }
    if (request->method == "GET") {
        set(handle, CURLOPT_CUSTOMREQUEST, static_cast<const char*>(nullptr));
        set(handle, CURLOPT_HTTPGET, 1L);
    } else {
        set(handle, CURLOPT_CUSTOMREQUEST, request->method.c_str());
        set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request->body.size()));
        set(handle, CURLOPT_POSTFIELDS, request->body.c_str());
    }
}

// The options that depend on the origin. To parse every URL would take a twentieth of the time.
void CurlTransport::Exchange::set_origin() {
    CURL* handle = easy.get();
    if (!settings.trusted_pem.empty() && !request->url.starts_with("http:")) {
        // libcurl 7.88 copies the certificates for every request, also for one without TLS.
        curl_blob pem{const_cast<char*>(settings.trusted_pem.data()),  // libcurl only reads it
                      settings.trusted_pem.size(),
                      CURL_BLOB_NOCOPY};
        set(handle, CURLOPT_CAINFO_BLOB, &pem);
    }
    // A proxy cannot reach our loopback address, and would see the credential. nullptr: the proxy
    // of the environment.
    set(handle,
        CURLOPT_PROXY,
        is_loopback_url(request->url) ? "" : static_cast<const char*>(nullptr));
}

void CurlTransport::Exchange::list_headers() {
    if (headers && listed == request->headers) {
        return;
    }
    headers.reset();
    listed = request->headers;
    for (const auto& [name, value] : listed) {
        headers.reset(curl_slist_append(headers.release(), (name + ": " + value).c_str()));
    }
    headers.reset(
        curl_slist_append(headers.release(), "Expect:"));  // no 100-continue: it costs a round trip
    set(easy.get(), CURLOPT_HTTPHEADER, headers.get());
}

Result CurlTransport::Exchange::result(CURLcode code) {
    if (fault) {
        std::rethrow_exception(std::exchange(fault, nullptr));
    }
    if (received.is_too_large()) {
        return Failure{Failure::Reason::too_large,
                       "more than " + std::to_string(received.max_body()) + " bytes"};
    }
    if (code != CURLE_OK) {
        long connect_status = 0;
        curl_off_t connected = 0;
        curl_easy_getinfo(easy.get(), CURLINFO_HTTP_CONNECTCODE, &connect_status);
        curl_easy_getinfo(easy.get(), CURLINFO_PRETRANSFER_TIME_T, &connected);
        if (connect_status >= 300) {
            return refused_by_proxy(static_cast<int>(connect_status));
        }
        return Failure{reason_of(code, connected > 0),
                       reason[0] != '\0' ? reason.data() : curl_easy_strerror(code)};
    }
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    auto response = received.take(static_cast<int>(status));
    response.repeated = sendings > 1;
    return response;
}

CurlTransport::CurlTransport(CurlSettings settings) : settings_(std::move(settings)) {
    use_library();
    handles_ = std::make_unique<Handles>();
    const auto most = static_cast<long>(settings_.max_connections);
    check(curl_multi_setopt(handles_->multi.get(), CURLMOPT_MAXCONNECTS, most));
    check(curl_multi_setopt(handles_->multi.get(), CURLMOPT_MAX_HOST_CONNECTIONS, most));
    check(curl_multi_setopt(handles_->multi.get(), CURLMOPT_SOCKETFUNCTION, &Handles::on_socket));
    check(curl_multi_setopt(
        handles_->multi.get(), CURLMOPT_SOCKETDATA, static_cast<void*>(handles_.get())));
    check(curl_multi_setopt(handles_->multi.get(), CURLMOPT_TIMERFUNCTION, &Handles::on_timer));
    check(curl_multi_setopt(
        handles_->multi.get(), CURLMOPT_TIMERDATA, static_cast<void*>(handles_.get())));
}

CurlTransport::~CurlTransport() {
    for (auto& [easy, exchange] : handles_->running) {
        curl_multi_remove_handle(handles_->multi.get(), easy);
    }
}

std::unique_ptr<CurlTransport::Exchange> CurlTransport::idle_exchange() {
    if (handles_->idle.empty()) {
        return std::make_unique<Exchange>(settings_, handles_->sockets);
    }
    auto exchange = std::move(handles_->idle.back());
    handles_->idle.pop_back();
    return exchange;
}

void CurlTransport::start(const Request& request, Done done) {
    auto exchange = idle_exchange();
    exchange->prepare(request, std::move(done));
    CURL* handle = exchange->easy.get();
    check(curl_multi_add_handle(handles_->multi.get(), handle));
    handles_->running.emplace(handle, std::move(exchange));
    handles_->act(CURL_SOCKET_TIMEOUT,
                  0);  // sent at once: the service processes it while the next one is prepared
}

void CurlTransport::poll(std::chrono::milliseconds longest) {
    auto& handles = *handles_;
    const auto wait =
        handles.running.empty() ? longest : handles.times.until_next(longest, Clock::now());
    handles.sockets.wait(wait, [&](int socket, std::uint32_t events) {
        const bool failed = (events & (EPOLLERR | EPOLLHUP)) !=
                            0;  // libcurl finds the cause when it reads or writes
        handles.act(socket,
                    ((events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                        ((events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                        (failed ? CURL_CSELECT_ERR : 0));
    });
    if (handles.times.is_call_due(Clock::now())) {
        handles.act(CURL_SOCKET_TIMEOUT, 0);
    }
    if (handles.times.is_call_of_all_due(Clock::now())) {
        handles.act_on_all();
    }
    collect_finished();
}

void CurlTransport::wake() noexcept {
    handles_->sockets.wake();
}

void CurlTransport::collect_finished() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(handles_->multi.get(), &left)) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        CURL* handle = message->easy_handle;
        const CURLcode code = message->data.result;  // the message is not valid after remove_handle
        auto node = handles_->running.extract(handle);
        check(curl_multi_remove_handle(handles_->multi.get(), handle));
        auto exchange = std::move(node.mapped());
        auto done = std::move(exchange->done);
        auto result = exchange->result(code);
        if (exchange->sendings <= 1) {  // libcurl counts its own repetitions over all requests of a
                                        // handle, and gives up at five
            handles_->idle.push_back(std::move(exchange));
        }
        done(std::move(result));
    }
}

}  // namespace http
