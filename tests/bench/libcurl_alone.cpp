// libcurl_alone URL COUNT CONNECTIONS FILE: PATCHes the content of FILE to URL1, URL2, … COUNT, and
// prints the rate per second. It reads no plan, ignores answers and writes no outcomes: no program
// that sends by libcurl can be faster.

#include <curl/curl.h>
#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace {

int g_watched = -1;  // an epoll descriptor, global because libcurl's callbacks need it
long g_wait = -1;    // milliseconds after which libcurl must be called

[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "libcurl_alone: %s\n", what);
    std::exit(70);
}

int on_socket(
    CURL* /*handle*/, curl_socket_t socket, int what, void* /*ours*/, void* /*the socket's*/) {
    epoll_event event{};
    event.data.fd = socket;
    event.events =
        ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(g_watched, EPOLL_CTL_DEL, socket, nullptr);
    } else if (epoll_ctl(g_watched, EPOLL_CTL_MOD, socket, &event) != 0) {
        epoll_ctl(g_watched, EPOLL_CTL_ADD, socket, &event);
    }
    return 0;
}

int on_timer(CURLM* /*multi*/, long milliseconds, void* /*ours*/) {
    g_wait = milliseconds;
    return 0;
}

std::size_t throw_away(const char* /*bytes*/, std::size_t size, std::size_t count, void* /*ours*/) {
    return size * count;
}

CURL* make_handle(const std::string& body, curl_slist* headers) {
    CURL* handle = curl_easy_init();
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, "PATCH");
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &throw_away);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    return handle;
}

}  // namespace

int main(int argc, char* argv[]) {
    if (argc != 5) {
        std::fputs("usage: libcurl_alone URL COUNT CONNECTIONS FILE\n", stderr);
        return 64;
    }
    const std::string url = argv[1];
    const int count = std::atoi(argv[2]);
    const int connections = std::atoi(argv[3]);
    std::ifstream file(argv[4]);
    const std::string body{std::istreambuf_iterator<char>(file), {}};
    g_watched = epoll_create1(EPOLL_CLOEXEC);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM* multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &on_socket);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &on_timer);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(2 * connections));
    curl_slist* headers = nullptr;
    for (const auto* header :
         {"Content-Type: application/scim+json", "Authorization: Bearer test-token", "Expect:"}) {
        headers = curl_slist_append(headers, header);
    }

    int sent = 0;
    const auto send = [&](CURL* handle) {
        curl_easy_setopt(handle, CURLOPT_URL, (url + std::to_string(++sent)).c_str());
        curl_multi_add_handle(multi, handle);
    };
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < connections; ++i) {
        send(make_handle(body, headers));
    }
    int running = 0;
    curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    for (int done = 0; done < count;) {
        constexpr int kLongestWait = 100;
        std::array<epoll_event, 128> events{};
        const int ready = epoll_wait(
            g_watched,
            events.data(),
            events.size(),
            g_wait < 0 || g_wait > kLongestWait ? kLongestWait : static_cast<int>(g_wait));
        for (int i = 0; i < ready; ++i) {
            const auto& event = events[static_cast<std::size_t>(i)];
            const int what = ((event.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                             ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0);
            curl_multi_socket_action(multi, event.data.fd, what, &running);
        }
        if (ready == 0 || g_wait == 0) {
            curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
        }
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
            if (message->data.result != CURLE_OK) {
                fail(curl_easy_strerror(message->data.result));
            }
            ++done;
            CURL* handle = message->easy_handle;
            curl_multi_remove_handle(multi, handle);
            if (sent < count) {
                send(handle);
            }
        }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf("%.3f\n", count / took.count());
}
