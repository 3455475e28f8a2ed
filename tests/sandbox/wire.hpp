// One connection, as cpp-httplib's Stream, that can damage the answer while it is sent.
#pragma once

#include "faults.hpp"

#include <httplib.h>

#include <array>
#include <string>

namespace sandbox {

/// Owns the socket. Not for use by two threads.
class Wire : public httplib::Stream {
  public:
    explicit Wire(int socket);
    ~Wire() override;
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    /// Waits for the next request; false if the client leaves the connection idle for too long, or
    /// an answer could not be sent.
    [[nodiscard]] bool wait_for_request();
    /// Applies to the next answer only.
    void spoil(const Spoil& spoil);

    [[nodiscard]] bool is_readable() const override;
    [[nodiscard]] bool is_writable() const override;
    ssize_t read(char* data, size_t size) override;
    ssize_t write(const char* data, size_t size) override;
    void get_remote_ip_and_port(std::string& ip, int& port) const override;
    void get_local_ip_and_port(std::string& ip, int& port) const override;
    [[nodiscard]] int socket() const override { return socket_; }

  private:
    bool send_all(const char* data, std::size_t size) const;
    bool send_body(const char* data, std::size_t size);
    bool send_spoilt(const char* data, std::size_t size);

    int socket_;
    std::array<char, 16384> buffer_{};
    std::size_t used_ = 0;
    std::size_t filled_ = 0;
    Spoil spoil_{};
    bool broken_ = false;        ///< an answer was not sent completely
    bool in_body_ = false;       ///< the head of the answer has been sent
    std::size_t body_sent_ = 0;  ///< of the answer that is being damaged
};

}  // namespace sandbox
