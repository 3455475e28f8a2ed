// A file descriptor that closes itself.
#pragma once

namespace os {

/// Owns a file descriptor, or none (-1), and closes it in its destructor. Can be moved, not copied.
class Descriptor {
  public:
    Descriptor() = default;
    /// `number` is the result of open(2) or a similar call; -1 (failure) means no descriptor.
    explicit Descriptor(int number) : number_(number) {}
    /// A descriptor of another owner, such as standard input: it is never closed here.
    [[nodiscard]] static Descriptor borrowed(int number);

    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor() { close(); }

    /// The number for system calls; -1 if there is none.
    [[nodiscard]] int get() const { return number_; }
    /// Closes the descriptor now, unless it is borrowed; there is none afterwards. Errors of
    /// close(2) are not reported.
    void close();

  private:
    int number_ = -1;
    bool is_owned_ = true;
};

}  // namespace os
