// examples/blazing/blazing_test.cpp - the parsers and engines on good, bad and strange input, cut at every position.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "blazing/csv.hpp"
#include "blazing/debian_index.hpp"
#include "blazing/engines.hpp"
#include "blazing/generate.hpp"
#include "blazing/mapped_file.hpp"

#include "test.hpp"

#include <stdexcept>
#include <system_error>

using namespace blazing;

namespace {

const std::string pattern = R"((blazing|blazingly|\d+))";

/// The result of all engines, which must agree whatever the chunk size.
result search_all(std::string_view text, const format& how, std::size_t body)
{
    job j{.text = text, .body = body, .how = how, .pattern = pattern};
    const result expected = search_serial(j);
    for (const std::size_t size : {1u, 2u, 3u, 7u, 64u, 1000u, 1u << 20}) {
        if (text.size() / size > 20'000) continue;
        j.chunk_size = size;
        CHECK(search_serial(j) == expected);
        CHECK(search_weft(j) == expected);
        CHECK(search_tbb(j) == expected);
    }
    return expected;
}

result search_csv(std::string_view text)
{
    const csv how(text, "readme");
    return search_all(text, how, how.body());
}

}  // namespace

TEST_CASE("csv: plain records, with and without a newline at the end")
{
    for (const char* const text : {"id,readme\n1,blazing fast\n2,slow\n", "id,readme\r\n1,blazing fast\r\n2,slow"}) {
        const result r = search_csv(text);
        CHECK(r.found.records == 2);
        CHECK(r.found.matching == 1);
        CHECK(r.found.word_counts.of("fast") == 1);
        CHECK(r.found.word_counts.of("slow") == 1);
    }
}

TEST_CASE("csv: quotes hide commas, newlines and quotes")
{
    const result r = search_csv("readme,x\n\"a, \"\"Blazing\"\",\n\nblazingly 42\",1\n\"\",2\n\"\"\"\",3\nplain,4\n");
    CHECK(r.found.records == 4);
    CHECK(r.found.matching == 1);
    CHECK(r.found.matches == 3);
    CHECK(r.found.match_counts.of("blazing") == 2);
    CHECK(r.found.match_counts.of("42") == 1);
    CHECK(r.found.quoting == 0);
    CHECK(r.unclosed == 0);
}

TEST_CASE("csv: values are unescaped")
{
    std::string scratch;
    const auto value = [&](std::string_view text) { return std::string(csv_value(read_csv_field(text, 0), scratch)); };
    CHECK(value("abc,") == "abc");
    CHECK(value("\"abc\",") == "abc");
    CHECK(value("\"a\"\"b\"") == "a\"b");
    CHECK(value("\"\"\"\"\"\"\n") == "\"\"");
    CHECK(value("\"\"") == "");
    CHECK(value("") == "");
    CHECK(value("a\r\n") == "a");
}

TEST_CASE("csv: records without the column, and quotes where none may be, are counted and named")
{
    const result r = search_csv("id,name,readme\n1,a,x\n2,b\n3,c,\"y\"z\n4,d,a\"b\"\n5,e\n");
    CHECK(r.found.records == 5);
    CHECK(r.found.missing == 2);
    CHECK(r.first_missing == 2);
    CHECK(r.found.quoting == 2);
    CHECK(r.first_quoting == 3);
}

TEST_CASE("csv: a quote that is never closed is reported with its record")
{
    const result r = search_csv("id,readme\n1,fine\n2,\"open\n3,more\n");
    CHECK(r.found.records == 2);
    CHECK(r.unclosed == 2);
    CHECK_THROWS_WITH(csv("id,\"readme\n1,2\n", "readme"), "the header (record 0) has a quote that is never closed");
}

TEST_CASE("csv: a missing column is an error that names the columns")
{
    CHECK_THROWS_WITH(csv("id,name\n1,2\n", "readme"), "there is no column 'readme'; the header names: id, name");
}

TEST_CASE("csv: only a header, empty lines, NUL bytes")
{
    CHECK(search_csv("readme").found.records == 0);
    CHECK(search_csv("readme\n").found.records == 0);
    CHECK(search_csv("readme\n\n\r\n\nx\n\n").found.records == 1);
    const result r = search_csv(std::string_view("readme\na\0b 7\n\0\n", 14));
    CHECK(r.found.records == 2);
    CHECK(r.found.nuls == 2);
    CHECK(r.found.matches == 1);
}

TEST_CASE("csv: one very long line")
{
    std::string text = "id,readme\n1,";
    text.append(test::scaled(20'000'000), 'x')
        .append(" blazing\n2,\"")
        .append(test::scaled(10'000'000), '\n')
        .append("9\"\n");
    const csv how(text, "readme");
    job j{.text = text, .body = how.body(), .how = how, .pattern = pattern};
    const result r = search_serial(j);
    CHECK(r.found.records == 2);
    CHECK(r.found.matches == 2);
    CHECK(search_weft(j) == r);
    CHECK(search_tbb(j) == r);
}

TEST_CASE("csv: generated text is read as it was constructed")
{
    std::string text;
    const truth t = generate_csv(text, test::scaled(200'000), 11);
    const result r = search_csv(text);
    CHECK(r.found.records == t.records);
    CHECK(r.found.matching == t.matching);
    CHECK(r.found.matches == t.matches);
    CHECK(r.found.match_counts.of("blazing") == t.blazing);
    CHECK(r.found.missing + r.found.quoting + r.unclosed == 0);
}

TEST_CASE("csv: a byte order mark and a long header do not hide a column")
{
    CHECK(search_csv("\xEF\xBB\xBFreadme,x\n7,1\n").found.matches == 1);
    std::string header;
    for (int i = 0; i < 300; ++i) header.append("column_").append(std::to_string(i)).append(",");
    CHECK(search_csv(header + "readme\n" + std::string(300, ',') + "blazing\n").found.matches == 1);
}

TEST_CASE("index: one very long line is read once, not once per chunk")
{
    // With a chunk of 64 bytes, reading the line again for each would take hours.
    std::string text = "Package: a\nDescription: x\n ";
    text.append(test::scaled(4'000'000), 'y').append("\n\nPackage: b\nDescription: blazing 1\n ");
    text.append(test::scaled(1'000'000), ' ').append("\nPackage: b, still\n");
    const debian_index how("Description");
    job j{.text = text, .body = 0, .how = how, .pattern = pattern};
    const result expected = search_serial(j);
    CHECK(expected.found.records == 3);  // a line of spaces ends a paragraph
    CHECK(expected.found.matches == 2);
    j.chunk_size = 64;
    CHECK(search_serial(j) == expected);
    CHECK(search_weft(j) == expected);
    CHECK(search_tbb(j) == expected);
}

TEST_CASE("index: paragraphs, continuation lines, any number of blank lines")
{
    const debian_index how("description");
    const result r = search_all(
        "\n\nPackage: a\nDescription: Blazing\n fast 1\n\t2\nTag: 3\n\n \nPackage: b\n\n\nPackage: c\n"
        "DESCRIPTION: none\nDescription-md5: 77",
        how, 0);
    CHECK(r.found.records == 3);
    CHECK(r.found.matches == 3);
    CHECK(r.found.matching == 1);
    CHECK(r.found.missing == 1);
    CHECK(r.first_missing == 2);
    CHECK(search_all("", how, 0).found.records == 0);
    CHECK(search_all("\n\n\n", how, 0).found.records == 0);
    CHECK(search_all("x", how, 0).found.missing == 1);
}

TEST_CASE("tally: the most frequent first, of equals the alphabetically first")
{
    counter c;
    c.add("b", 2);
    c.add("a", 2);
    c.add("z", 5);
    c.add("y");
    const auto top = c.top(3);
    REQUIRE(top.size() == 3);
    CHECK(top[0].first == "z");
    CHECK(top[1].first == "a");
    CHECK(top[2].first == "b");
    CHECK_THROWS_AS(searcher("(unclosed"), std::invalid_argument);
}

TEST_CASE("mapped_file: what cannot be read is an error with the path")
{
    CHECK_THROWS_AS(mapped_file("no/such/file"), std::system_error);
    CHECK_THROWS_AS(mapped_file("."), std::system_error);
    CHECK_THROWS_AS(mapped_file("/dev/null"), std::invalid_argument);
}
