// A file descriptor that closes itself.
#pragma once

namespace os {

/// Holds a file descriptor, or none (-1), and closes it at the end of its life. Movable only: the
/// object that it was moved from holds none, or what the other one held.
class Descriptor {
  public:
    Descriptor() = default;
    /// `number` as open(2) and the like return it: -1 (which failed) is none.
    explicit Descriptor(int number) : number_(number) {}
    /// A descriptor of another owner, such as standard input: it is never closed here.
    [[nodiscard]] static Descriptor borrowed(int number);

    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor() { close(); }

    /// The number for system calls; -1 when there is none.
    [[nodiscard]] int get() const { return number_; }
    /// Closes it now, if it is not borrowed; there is none afterwards. Errors of close(2) are not
    /// reported.
    void close();

  private:
    int number_ = -1;
    bool is_owned_ = true;
};

}  // namespace os
