// src/c/status.cpp - what failed, in numbers and in words.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "guard.hpp"

#include <weft/version.hpp>

#include <algorithm>
#include <cstring>

namespace weft::detail::c {

namespace {

struct failure {
    char text[256] = "nothing has failed";
    int callback_value = 0;
};
thread_local constinit failure last_failure;

}  // namespace

weft_status failed(weft_status status, const char* text, int callback_value) noexcept
{
    const std::size_t length = std::min(std::strlen(text), sizeof(last_failure.text) - 1);
    std::memmove(last_failure.text, text, length);
    last_failure.text[length] = '\0';
    last_failure.callback_value = callback_value;
    return status;
}

weft_status failed(weft_status status) noexcept { return failed(status, weft_status_text(status)); }

weft_status failed_by_exception() noexcept
{
    try {
        throw;
    } catch (const callback_failed& e) {
        return failed(WEFT_CALLBACK_ERROR, weft_status_text(WEFT_CALLBACK_ERROR), e.value);
    } catch (const std::bad_alloc&) {
        return failed(WEFT_OUT_OF_MEMORY);
    } catch (const std::length_error& e) {
        return failed(WEFT_INVALID_ARGUMENT, e.what());
    } catch (const std::invalid_argument& e) {
        return failed(WEFT_INVALID_ARGUMENT, e.what());
    } catch (const std::system_error& e) {
        return failed(WEFT_SYSTEM_ERROR, e.what());
    } catch (const std::exception& e) {
        return failed(WEFT_EXCEPTION, e.what());
    } catch (...) {
        return failed(WEFT_EXCEPTION);
    }
}

}  // namespace weft::detail::c

int32_t weft_abi_version(void) { return WEFT_ABI_VERSION; }

const char* weft_version(void) { return weft::version; }

const char* weft_status_text(weft_status status)
{
    switch (status) {
        case WEFT_OK:
            return "all is well";
        case WEFT_INVALID_ARGUMENT:
            return "an argument is not valid";
        case WEFT_OUT_OF_MEMORY:
            return "there is not enough memory";
        case WEFT_SYSTEM_ERROR:
            return "the system has refused something";
        case WEFT_CALLBACK_ERROR:
            return "a callback has failed";
        case WEFT_EXCEPTION:
            return "a callback has thrown an exception";
        case WEFT_WRONG_STATE:
            return "this is too late, or too early";
        case WEFT_CLOSED:
            return "the channel is closed";
        case WEFT_FULL:
            return "the channel is full";
        case WEFT_EMPTY:
            return "there is nothing in it";
        case WEFT_TIMED_OUT:
            return "the time is over";
        default:
            return "no status of weft";
    }
}

const char* weft_last_error(void) { return weft::detail::c::last_failure.text; }

int weft_callback_error(void) { return weft::detail::c::last_failure.callback_value; }
