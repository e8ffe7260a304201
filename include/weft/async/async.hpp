// weft/async/async.hpp - coroutines on the pool.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <weft/async/async_channel.hpp>
#include <weft/async/async_event.hpp>
#include <weft/async/async_generator.hpp>
#include <weft/async/async_latch.hpp>
#include <weft/async/async_mutex.hpp>
#include <weft/async/async_scope.hpp>
#include <weft/async/async_select.hpp>
#include <weft/async/async_semaphore.hpp>
#include <weft/async/offload.hpp>
#include <weft/async/schedule.hpp>
#include <weft/async/sleep.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/stop.hpp>
#include <weft/async/sync_wait.hpp>
#include <weft/async/task.hpp>
#include <weft/async/when_all.hpp>
#include <weft/async/when_any.hpp>
