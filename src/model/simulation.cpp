// src/model/simulation.cpp - what simulated programs ask for, and how a simulation begins and ends.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "model/simulation.hpp"

#include "seam/windows.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>
#include <new>
#include <stdexcept>
#include <system_error>

#if defined(__linux__)
#include <link.h>
#endif

namespace weft::model::detail {

constinit thread_local simulated_place simulated_here{};
constinit program_parts parts_of_program{};

namespace {

/// Where objects of static storage duration of the program lie, as far as the system tells.
std::vector<std::pair<std::uintptr_t, std::uintptr_t>> static_memory()
{
    std::vector<std::pair<std::uintptr_t, std::uintptr_t>> out;
#if defined(__linux__)
    dl_iterate_phdr(
        [](dl_phdr_info* file, std::size_t, void* to) {
            for (int i = 0; i < file->dlpi_phnum; ++i) {
                const auto& part = file->dlpi_phdr[i];
                if (part.p_type != PT_LOAD || (part.p_flags & PF_W) == 0) continue;
                const std::uintptr_t from = file->dlpi_addr + part.p_vaddr;
                static_cast<decltype(out)*>(to)->emplace_back(from, from + part.p_memsz);
            }
            return 1;  // the program itself comes first
        },
        &out);
#elif defined(_WIN32)
    const auto base = reinterpret_cast<std::uintptr_t>(GetModuleHandleW(nullptr));
    const auto& dos = *reinterpret_cast<const IMAGE_DOS_HEADER*>(base);
    const auto& head = *reinterpret_cast<const IMAGE_NT_HEADERS*>(base + static_cast<std::uintptr_t>(dos.e_lfanew));
    const IMAGE_SECTION_HEADER* const parts = IMAGE_FIRST_SECTION(&head);
    for (unsigned i = 0; i < head.FileHeader.NumberOfSections; ++i) {
        if ((parts[i].Characteristics & IMAGE_SCN_MEM_WRITE) == 0) continue;
        const std::uintptr_t from = base + parts[i].VirtualAddress;
        out.emplace_back(from, from + parts[i].Misc.VirtualSize);
    }
#endif
    return out;
}

void check(const machine& m)
{
    const auto refuse = [&](const char* what) {
        throw std::invalid_argument("weft::model::simulate: machine '" + m.name + "' " + what);
    };
    if (m.processors == 0) refuse("has no processor");
    if (m.processors > 1024) refuse("has more than 1,024 processors");
    if (m.cores_per_cache == 0) refuse("has caches without cores");
    if (m.caches_per_socket == 0) refuse("has sockets without caches");
    for (const nanoseconds each :
         {m.access, m.locked, m.same_cache, m.same_socket, m.other_socket, m.memory, m.answer, m.store_buffer, m.pause,
          m.clock_read, m.allocation, m.system_call, m.wake_call, m.wake_latency, m.context_switch, m.thread_start}) {
        if (!(each.count() >= 0 && each.count() < 1e9)) refuse("has a time that is negative, or a second or more");
    }
    if (!(m.access.count() >= 0.001)) refuse("has operations that take no time");
    if (!(m.pause.count() >= 0.001)) refuse("has spin loops that take no time");
    if (!(m.time_slice.count() >= 1 && m.time_slice.count() < 1e9)) refuse("has time slices below 1 ns or of a second");
}

/// What sleep() sleeps on: nobody wakes it.
constexpr char nothing = 0;

}  // namespace

simulation::simulation(const machine& on, const simulation_options& how)
    : on_(on),
      how_(how),
      lines_(on_),
      processors_(on_.processors),
      idle_((on_.processors + 63) / 64),
      statics_(static_memory()),
      access_(in_picoseconds(on_.access)),
      locked_(in_picoseconds(on_.locked)),
      store_buffer_(in_picoseconds(on_.store_buffer)),
      pause_(in_picoseconds(on_.pause)),
      clock_read_(in_picoseconds(on_.clock_read)),
      allocation_(in_picoseconds(on_.allocation)),
      system_call_(in_picoseconds(on_.system_call)),
      wake_call_(in_picoseconds(on_.wake_call)),
      wake_latency_(in_picoseconds(on_.wake_latency)),
      context_switch_(in_picoseconds(on_.context_switch)),
      time_slice_(in_picoseconds(on_.time_slice)),
      thread_start_(in_picoseconds(on_.thread_start)),
      max_time_(in_picoseconds(how.max_time))
{
    execution_ = new_execution();
    for (std::size_t i = 1; i < processors_.size(); ++i) idle_[i / 64] |= std::uint64_t{1} << (i % 64);
    nanoseconds nearest = on_.other_socket;
    if (on_.caches_per_socket > 1) nearest = on_.same_socket;
    if (on_.cores_per_cache > 1) nearest = on_.same_cache;
    ahead_ = in_picoseconds(nearest / 2);
}

simulation_result simulation::run(void (*program)(void*), void* argument)
{
    const std::clock_t begin = std::clock();
    simulated_thread& first = new_thread(program, argument);
    processors_[0].current = current_ = &first;
    first.slice_end = time_slice_;
    set_limit();
    const exceptions_in_flight mine = exceptions_in_flight::of_this_thread();
    fiber::go(outside_, first.stack);
    mine.put_back();
    restore_statics();
    if (parts_of_program.forget != nullptr) parts_of_program.forget();
    if (thrown_ != nullptr) std::rethrow_exception(std::exchange(thrown_, nullptr));
    if (!collected_) collect();
    found_.failure = failure_;
    found_.passed = failure_.empty();
    found_.threads = threads_.size();
    found_.seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    return std::move(found_);
}

// --- memory ----------------------------------------------------------------------------------------------------------

void simulation::touch(const void* object, std::size_t bytes, access how, const source_location& where)
{
    const std::uintptr_t number = reinterpret_cast<std::uintptr_t>(object) / line_table::line_bytes;
    if (how != access::load) {
        for (const auto& [from, to] : statics_) {
            const auto at = reinterpret_cast<std::uintptr_t>(object);
            if (at - from < to - from) save_static(object, bytes);
        }
    }
    ++operations_;
    for (;;) {
        const std::uint32_t i = lines_.find(number);
        simulated_thread& t = *current_;
        const bool held = lines_.is_held(i, t.on, how);
        if (t.clock > limit_ + (held ? ahead_ : 0)) {
            const in_simulator here;
            keep_pace();
            continue;  // much may have happened
        }
        processor& p = here();
        const picoseconds before = t.clock;
        const picoseconds there = held ? before : lines_.request(i, t.on, how, before, where);
        if (how == access::store) {
            p.stores_done = std::max(p.stores_done, there);
            t.clock = std::max(before, p.stores_done - store_buffer_) + access_;
        } else if (how == access::load) {
            t.clock = there + access_;
        } else {
            t.clock = std::max(there, p.stores_done) + locked_ + access_;
        }
        p.memory += t.clock - before;
        ++lines_[i].operations;
        return;
    }
}

void simulation::touch_fence()
{
    ++operations_;
    simulated_thread& t = *current_;
    processor& p = here();
    const picoseconds before = t.clock;
    t.clock = std::max(before, p.stores_done) + locked_;
    p.memory += t.clock - before;
}

void simulation::save_static(const void* object, std::size_t bytes)
{
    const in_simulator here;
    if (bytes > sizeof(std::uint64_t) || !is_saved_.insert(object).second) return;
    saved_word word{const_cast<void*>(object), bytes, 0};
    std::memcpy(&word.value, object, bytes);
    saved_.push_back(word);
}

void simulation::restore_statics() noexcept
{
    for (const saved_word& each : saved_) std::memcpy(each.at, &each.value, each.bytes);
    saved_.clear();
}

void simulation::name_memory(const void* object, std::size_t bytes, const char* name)
{
    const in_simulator here;
    const auto at = reinterpret_cast<std::uintptr_t>(object);
    const std::uintptr_t last = (at + bytes - 1) / line_table::line_bytes;
    for (std::uintptr_t n = at / line_table::line_bytes; n <= last; ++n) lines_[lines_.find(n)].name = name;
}

// --- time ------------------------------------------------------------------------------------------------------------

picoseconds simulation::clock() const noexcept { return current_->clock; }

void simulation::work(picoseconds time)
{
    while (time > 0) {
        simulated_thread& t = *current_;
        processor& p = here();
        const picoseconds left = p.queue.empty() ? time_slice_ : std::max(t.slice_end - t.clock, picoseconds{0});
        const picoseconds now = std::min(time, left);
        t.clock += now;
        p.work += now;
        time -= now;
        if (time > 0) {
            const in_simulator inside;
            keep_pace();
        }
    }
}

void simulation::allocation()
{
    current_->clock += allocation_;
    here().work += allocation_;
}

simulation::time_point simulation::read_clock()
{
    current_->clock += clock_read_;
    here().work += clock_read_;
    return time_point{} +
           std::chrono::duration_cast<time_point::duration>(std::chrono::nanoseconds(current_->clock / 1000));
}

void simulation::pause()
{
    simulated_thread& t = *current_;
    t.clock += pause_;
    here().spinning += pause_;
    if (t.clock <= limit_) return;
    const in_simulator inside;
    keep_pace();
}

void simulation::system(picoseconds time) noexcept
{
    current_->clock += time;
    here().waking += time;
}

void simulation::yield()
{
    const in_simulator inside;
    system(system_call_);
    keep_pace();
    if (!here().queue.empty()) give_way();
}

void simulation::sleep(picoseconds time)
{
    const in_simulator inside;
    system(system_call_);
    keep_pace();
    const time_point until = time_point{} + std::chrono::nanoseconds((current_->clock + time + 999) / 1000);
    block(&nothing, &until, {});
}

bool simulation::sleep_on(const void* word, std::uint32_t old, const time_point* deadline, const source_location& where)
{
    {
        const in_simulator inside;
        system(system_call_);
        keep_pace();
    }
    touch(word, sizeof old, access::load, where);
    const in_simulator inside;
    keep_pace();
    std::uint32_t now = 0;
    std::memcpy(&now, word, sizeof now);
    return now != old || block(word, deadline, where);
}

void simulation::wake_on(const void* word, bool all, const source_location&)
{
    const in_simulator inside;
    keep_pace();
    system(system_call_);
    wake_sleepers(word, all);
}

// --- threads ---------------------------------------------------------------------------------------------------------

std::size_t simulation::start_thread(void (*body)(void*), void* argument)
{
    const in_simulator inside;
    keep_pace();
    if (threads_.size() == most_simulated_threads)
        throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                                "weft::model::simulate: more than 8,192 threads");
    simulated_thread& t = new_thread(body, argument);
    t.on = current_->on;
    system(thread_start_);
    make_ready(t, current_->clock + wake_latency_);
    return t.number;
}

void simulation::join_thread(std::size_t thread, const source_location& where)
{
    const in_simulator inside;
    keep_pace();
    simulated_thread& other = *threads_[thread];
    if (other.done) return;
    system(system_call_);
    keep_pace();
    if (!other.done) block(&other, nullptr, where);
}

void simulation::fail(const char* what, const source_location& where)
{
    simulated_here = {};
    on_modelled_thread = false;
    failure_ = "thread " + std::to_string(current_->number) + ": " + what;
    if (where.line() != 0) failure_ += " (" + std::string(where.file_name()) + ":" + std::to_string(where.line()) + ")";
    end_run();
}

// --- objects of weft::model ------------------------------------------------------------------------------------------

entry simulation::new_location(const void* object, std::uint64_t value, bool)
{
    const in_simulator inside;
    values_.push_back({object, value, false, false});
    return {execution_, static_cast<std::uint32_t>(values_.size() - 1)};
}

void simulation::end_location(entry at)
{
    if (at.execution == execution_ && at.index < values_.size()) values_[at.index].dead = true;
}

void simulation::name_location(entry at, const char* name)
{
    if (at.execution == execution_ && at.index < values_.size()) name_memory(values_[at.index].object, 1, name);
}

/// The value, once the line is there; nobody comes between.
std::uint64_t& simulation::access_value(entry at, access how, const source_location& where)
{
    if (at.execution != execution_ || at.index >= values_.size() || values_[at.index].dead)
        fail("use of an atomic that is not alive", where);
    touch(values_[at.index].object, 1, how, where);
    return values_[at.index].value;
}

std::uint64_t simulation::load(entry at, memory_order, const source_location& where)
{
    return access_value(at, access::load, where);
}

void simulation::store(entry at, std::uint64_t value, memory_order order, const source_location& where)
{
    access_value(at, order == memory_order::seq_cst ? access::change : access::store, where) = value;
    if (value != 0 || !values_[at.index].is_mutex) return;
    const in_simulator inside;
    if (!sleepers_.contains(values_[at.index].object)) return;
    system(system_call_);
    wake_sleepers(values_[at.index].object, false);
}

std::uint64_t simulation::read_modify_write(entry at, change how, std::uint64_t operand, std::uint64_t mask,
                                            memory_order, const source_location& where)
{
    std::uint64_t& value = access_value(at, access::change, where);
    const std::uint64_t old = value;
    switch (how) {
        case change::exchange:
            value = operand;
            break;
        case change::add:
            value = (old + operand) & mask;
            break;
        case change::subtract:
            value = (old - operand) & mask;
            break;
        case change::bit_or:
            value = old | operand;
            break;
        case change::bit_and:
            value = old & operand;
            break;
        case change::bit_xor:
            value = old ^ operand;
            break;
    }
    return old;
}

bool simulation::compare_exchange(entry at, std::uint64_t& expected, std::uint64_t desired, bool, memory_order,
                                  memory_order, const source_location& where)
{
    std::uint64_t& value = access_value(at, access::change, where);
    if (value == expected) {
        value = desired;
        return true;
    }
    expected = value;
    return false;
}

void simulation::fence(memory_order order, const source_location&)
{
    if (order == memory_order::seq_cst) touch_fence();
}

bool simulation::wait(entry at, std::uint64_t old, const time_point* deadline, const source_location& where)
{
    {
        const in_simulator inside;
        system(system_call_);
        keep_pace();
    }
    access_value(at, access::load, where);
    const in_simulator inside;
    keep_pace();
    return values_[at.index].value != old || block(values_[at.index].object, deadline, where);
}

void simulation::wake(entry at, bool all, const source_location& where)
{
    if (at.execution == execution_ && at.index < values_.size()) wake_on(values_[at.index].object, all, where);
}

/// As a lock over a futex: it sleeps at once if somebody has it.
void simulation::lock(entry at, const source_location& where)
{
    for (;;) {
        std::uint64_t& value = access_value(at, access::change, where);
        if (value == 0) {
            value = 1;
            return;
        }
        const in_simulator inside;
        system(system_call_);
        keep_pace();
        values_[at.index].is_mutex = true;
        if (values_[at.index].value != 0) block(values_[at.index].object, nullptr, where);
    }
}

entry simulation::new_cell(const void* object, bool was_static) { return new_location(object, 0, was_static); }
void simulation::end_cell(entry at) { end_location(at); }
void simulation::touch_cell(entry at, bool writes, const source_location& where)
{
    access_value(at, writes ? access::store : access::load, where);
}

void* simulation::allocate(std::size_t bytes, std::size_t alignment)
{
    alignment = std::max(alignment, line_table::line_bytes);  // lines are shared in the same way each time
#if defined(_WIN32)
    void* const memory = _aligned_malloc(bytes, alignment);
#else
    void* const memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
#endif
    if (memory == nullptr) throw std::bad_alloc();
    allocation();
    return memory;
}

void simulation::deallocate(void* memory)
{
    allocation();
#if defined(_WIN32)
    _aligned_free(memory);
#else
    std::free(memory);
#endif
}

// --- from outside ----------------------------------------------------------------------------------------------------

namespace {

simulation* running_simulation() noexcept
{
    return on_modelled_thread && active_driver != nullptr ? active_driver->as_simulation() : nullptr;
}

}  // namespace

void touch(const void* object, std::size_t bytes, access how, const source_location& where) noexcept
{
    surely_simulated().touch(object, bytes, how, where);
}

void touch_all(const void* object, std::size_t bytes, access how, const source_location& where) noexcept
{
    simulation& s = surely_simulated();
    const auto* at = static_cast<const char*>(object);
    for (std::size_t left = bytes; left > 0;) {
        const std::size_t offset = reinterpret_cast<std::uintptr_t>(at) % line_table::line_bytes;
        const std::size_t here = std::min(left, line_table::line_bytes - offset);
        s.touch(at, here, how, where);
        at += here;
        left -= here;
    }
}

void touch_fence(const source_location&) noexcept { surely_simulated().touch_fence(); }

bool sleep_on(const void* word, std::uint32_t old, const std::chrono::steady_clock::time_point* deadline,
              const source_location& where) noexcept
{
    return surely_simulated().sleep_on(word, old, deadline, where);
}
void wake_on(const void* word, bool all, const source_location& where) noexcept
{
    surely_simulated().wake_on(word, all, where);
}

std::size_t start_simulated(void (*body)(void*), void* argument)
{
    if (!in_simulation())
        throw std::system_error(std::make_error_code(std::errc::operation_not_permitted),
                                "weft::simulated: threads run in weft::model::simulate only");
    return surely_simulated().start_thread(body, argument);
}
void join_simulated(std::size_t thread, const source_location& where) noexcept
{
    surely_simulated().join_thread(thread, where);
}
void pause_simulated(const source_location&) noexcept { surely_simulated().pause(); }
void yield_simulated() noexcept { surely_simulated().yield(); }

std::chrono::steady_clock::time_point simulated_now() noexcept
{
    return in_simulation() ? surely_simulated().read_clock() : std::chrono::steady_clock::now();
}

void work(nanoseconds time) noexcept
{
    if (simulation* const s = running_simulation()) s->work(in_picoseconds(time));
}
void sleep(nanoseconds time) noexcept
{
    if (simulation* const s = running_simulation()) s->sleep(in_picoseconds(time));
}
nanoseconds virtual_time() noexcept
{
    const simulation* const s = running_simulation();
    return s == nullptr ? nanoseconds{} : in_nanoseconds(s->clock());
}
void measure(bool begins) noexcept
{
    if (simulation* const s = running_simulation()) s->measure(begins);
}
void name_memory(const void* object, std::size_t bytes, const char* name) noexcept
{
    if (simulation* const s = running_simulation()) s->name_memory(object, bytes, name);
}
std::size_t simulated_processors() noexcept
{
    const simulation* const s = running_simulation();
    return s == nullptr ? 0 : s->on().processors;
}

simulation_result simulate(const machine& on, const simulation_options& how, void (*program)(void*), void* argument)
{
    check(on);
    if (!(how.max_time.count() > 0 && how.max_time.count() < 1e12))
        throw std::invalid_argument("weft::model::simulate: max_time is not between 0 and 1,000 s");
    if (active_driver != nullptr) throw std::logic_error("weft::model::simulate: called inside a check or simulation");
    static std::mutex one_at_a_time;
    const std::lock_guard hold(one_at_a_time);
    struct around {
        around()
        {
            if (parts_of_program.begin != nullptr) parts_of_program.begin();
        }
        ~around()
        {
            if (parts_of_program.end != nullptr) parts_of_program.end();
        }
    } const parts;
    simulation s(on, how);
    const driving here(s);
    return s.run(program, argument);
}

}  // namespace weft::model::detail
