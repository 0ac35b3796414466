// CSV and tables: what people save, and what is broken about it, with line and column.
#include "lepton/data/readers/table.hpp"

#include <gtest/gtest.h>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/data/readers/text_encoding.hpp"

namespace lepton::data {
namespace {

std::vector<std::vector<std::string>> rows(const CsvCells& cells) {
  std::vector<std::vector<std::string>> all;
  for (std::int64_t row = 0; row < cells.num_rows(); ++row) {
    all.emplace_back();
    for (std::int64_t column = 0; column < cells.num_columns(); ++column) all.back().emplace_back(cells.cell(row, column));
  }
  return all;
}

using Rows = std::vector<std::vector<std::string>>;

TEST(Csv, QuotesAndLineBreaks) {
  const auto cells = parse_csv("a,\"b,1\",c\r\n\"x \"\"y\"\"\",\"two\nlines\", 3 \n\n1,,\"\"").value();
  EXPECT_EQ(rows(cells), (Rows{{"a", "b,1", "c"}, {"x \"y\"", "two\nlines", "3"}, {"1", "", ""}}));
  EXPECT_EQ(cells.line(1), 2);
  EXPECT_EQ(cells.line(2), 5);
  EXPECT_TRUE(cells.is_quoted(2, 2));
  EXPECT_FALSE(cells.is_quoted(2, 1));
}

TEST(Csv, FindsTheDelimiter) {
  EXPECT_EQ(parse_csv("a;b\n1,5;2\n2,5;3\n")->delimiter(), ';');
  EXPECT_EQ(parse_csv("a\tb c\n1\t2 d\n")->delimiter(), '\t');
  EXPECT_EQ(parse_csv("a|b\n1|2\n")->delimiter(), '|');
  EXPECT_EQ(rows(parse_csv("A11 6 A34\nA12  48 A32 \n").value()), (Rows{{"A11", "6", "A34"}, {"A12", "48", "A32"}}));
  EXPECT_EQ(rows(parse_csv("39, State-gov, <=50K\n50, Self emp, >50K\n").value()),
            (Rows{{"39", "State-gov", "<=50K"}, {"50", "Self emp", ">50K"}}));
  EXPECT_EQ(rows(parse_csv("one\ntwo\n").value()), (Rows{{"one"}, {"two"}}));
}

TEST(Csv, ErrorsNameThePlace) {
  const auto message = [](const std::string& text) {
    const auto cells = parse_csv(text);
    EXPECT_EQ(cells.error().code(), ErrorCode::kParseError);
    return cells.error().message();
  };
  EXPECT_TRUE(message("a,b\n1,\"x\n2,3\n").starts_with("line 2, column 3"));
  EXPECT_TRUE(message("a,b\n1,\"x\"y\n").starts_with("line 2, column 6"));
  EXPECT_TRUE(message("a,b\n1,2\n1,2,3\n").starts_with("line 3, column 1"));
  EXPECT_TRUE(message(std::string("a,b\n1,\0\n", 8)).starts_with("line 2, column 3"));
  message("");
  message("\n\n");
}

TEST(Csv, AMillionColumnsAreRefused) {
  const std::string wide(1'000'000, ',');
  EXPECT_EQ(parse_csv(wide).error().code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(parse_csv("a\nb\nc\n", {.limits = {.max_rows = 2}}).error().code(), ErrorCode::kResourceExhausted);
}

TEST(TextEncoding, Utf8AndGb18030) {
  EXPECT_EQ(to_utf8("\xEF\xBB\xBF"
                    "a")
                .value(),
            "a");
  EXPECT_EQ(to_utf8("\xB1\xEA\xC7\xA9,1\n").value(), "标签,1\n");  // found out to be GB18030
  EXPECT_EQ(to_utf8("\xB1\xEA", "gb18030").value(), "标");
  EXPECT_EQ(to_utf8("好").value(), "好");
  const auto bad = to_utf8("ok\nab\xFFz\n", "utf-8");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code(), ErrorCode::kParseError);
  EXPECT_TRUE(bad.error().message().starts_with("line 2, column 3"));
  EXPECT_FALSE(to_utf8("ab\xFFz\xFF\xFF"));
  EXPECT_EQ(to_utf8("\xFF\xFE"
                    "a")
                .error()
                .code(),
            ErrorCode::kUnsupported);
  EXPECT_EQ(to_utf8("a", "latin-9").error().code(), ErrorCode::kUnsupported);
}

TEST(Table, InfersTypesAndMissing) {
  const Table table = parse_table("name,age,city,flag\nAnn,30,Bonn,\nBob,,\"\",1\nCid,NA,Rom,0\n").value();
  EXPECT_EQ(table.num_rows(), 3);
  EXPECT_EQ(table.columns()[0].type, ColumnType::kCategory);
  EXPECT_EQ(table.columns()[1].type, ColumnType::kNumber);
  EXPECT_EQ(table.columns()[1].num_missing, 2);
  EXPECT_EQ(table.columns()[2].num_missing, 0);  // a quoted nothing is a text
  EXPECT_EQ(table.number(0, 1).value(), 30.0);
  EXPECT_FALSE(table.number(1, 1).value());
  EXPECT_EQ(table.line(2), 4);
  EXPECT_EQ(table.find_column("aeg").error().code(), ErrorCode::kNotFound);
}

TEST(Table, HeadersAreFoundOut) {
  EXPECT_EQ(parse_table("39,a\n40,b\n")->columns()[0].name, "column_1");
  EXPECT_EQ(parse_table("39,a\n40,b\n")->num_rows(), 2);
  EXPECT_EQ(parse_table("39,a\n40,b\n", {.header = HeaderRow::kYes})->columns()[0].name, "39");
  EXPECT_EQ(parse_table("x,y\na,b\n")->num_rows(), 1);
  EXPECT_FALSE(parse_table("x,x\n1,2\n"));
  EXPECT_FALSE(parse_table("x,\n1,2\n", {.header = HeaderRow::kYes}));
  EXPECT_FALSE(parse_table("x,y\n"));
}

TEST(Table, NanIsAnErrorUnlessDeclared) {
  const std::string text = "x,y\n1,a\nNaN,b\n-inf,a\n";
  const Table table = parse_table(text, {}, "t.csv").value();
  EXPECT_EQ(table.columns()[0].type, ColumnType::kNumber);
  const auto value = table.number(1, 0);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code(), ErrorCode::kParseError);
  EXPECT_TRUE(value.error().message().starts_with("t.csv:3"));
  EXPECT_FALSE(table.number(2, 0));
  const Table declared = parse_table(text, {.missing_values = {"", "NaN", "-inf"}}).value();
  EXPECT_FALSE(declared.number(1, 0).value());
}

TEST(Table, Times) {
  EXPECT_EQ(parse_time("1970-01-02"), 86400.0);
  EXPECT_EQ(parse_time("1970/01/01 00:01"), 60.0);
  EXPECT_EQ(parse_time("1970-01-01T00:00:05Z"), 5.0);
  for (const char* bad : {"1970-13-01", "1970-02-30", "x", "1970-01-01x", "1970-01-01 ab", "1970-01-01 25:00:00", ""})
    EXPECT_FALSE(parse_time(bad)) << bad;
  const Table table = parse_table("when,g\n2024-01-01,a\n2024-01-02,\n").value();
  EXPECT_EQ(times_of_column(table, "when")->at(1) - times_of_column(table, "when")->at(0), 86400);
  EXPECT_FALSE(times_of_column(table, "g"));
  EXPECT_EQ(groups_of_column(table, "g").error().code(), ErrorCode::kInvalidArgument);
}

TEST(Table, RealTables) {
  struct Expected {
    const char* name;
    std::int64_t rows, columns;
    HeaderRow header;
  };
  for (const Expected& expected : {Expected{"hmeq", 5960, 13, HeaderRow::kAuto}, Expected{"german-credit", 1000, 21, HeaderRow::kAuto},
                                   Expected{"adult", 32561, 15, HeaderRow::kAuto}}) {
    const auto path = locate_named_dataset(local_files(), expected.name);
    if (!path && path.error().code() == ErrorCode::kNotFound) GTEST_SKIP() << "needs the set " << expected.name;
    const auto table = read_table(local_files(), *path);
    ASSERT_TRUE(table) << table.error().message();
    EXPECT_EQ(table->num_rows(), expected.rows);
    EXPECT_EQ(static_cast<std::int64_t>(table->columns().size()), expected.columns);
  }
  const Table hmeq = read_table(local_files(), locate_named_dataset(local_files(), "hmeq").value()).value();
  std::int64_t missing = 0;
  for (const auto& column : hmeq.columns()) missing += column.num_missing;
  EXPECT_EQ(missing, 5271);
}

TEST(Table, ChineseReviews) {
  const auto folder = data_folder(local_files());
  if (!folder) GTEST_SKIP() << "needs the set chnsenticorp-hotel";
  const auto table = read_table(local_files(), join_path(*folder, "text/chnsenticorp-hotel/ChnSentiCorp_htl_all.csv.gz"));
  if (!table && table.error().code() == ErrorCode::kNotFound) GTEST_SKIP() << "needs the set chnsenticorp-hotel";
  ASSERT_TRUE(table) << table.error().message();
  EXPECT_EQ(table->num_rows(), 7766);
}

}  // namespace
}  // namespace lepton::data
