#include "os/descriptor.hpp"

#include <unistd.h>

#include <utility>

namespace os {

Descriptor Descriptor::borrowed(int number) {
    Descriptor descriptor(number);
    descriptor.is_owned_ = false;
    return descriptor;
}

Descriptor::Descriptor(Descriptor&& other) noexcept
    : number_(std::exchange(other.number_, -1)), is_owned_(other.is_owned_) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    std::swap(is_owned_, other.is_owned_);
    return *this;
}

void Descriptor::close() {
    const int number = std::exchange(number_, -1);
    if (is_owned_ && number >= 0) {
        ::close(number);
    }
}

}  // namespace os
