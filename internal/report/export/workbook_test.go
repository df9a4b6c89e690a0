package export

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func workbook(t *testing.T, tables ...string) *excelize.File {
	t.Helper()
	write := func() []byte {
		var sheets []Sheet
		for i, table := range tables {
			sheets = append(sheets, Sheet{Name: "Table " + string(rune('A'+i)), CSV: strings.NewReader(table)})
		}
		var out bytes.Buffer
		if err := WriteWorkbook(&out, sheets); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	first := write()
	for range 5 {
		if !bytes.Equal(first, write()) {
			t.Error("two writes of the same tables differ")
		}
	}
	book, err := excelize.OpenReader(bytes.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	return book
}

func TestNumbersOfAWorkbookAreNumbersAndTextsAreTexts(t *testing.T) {
	book := workbook(t, "id,version,score,stage\r\n007,1.10,62.5,sustained\r\n1,2,,x\r\n", "good,n\r\na,-3\r\n", "a\r\nb\r\n", "c\r\nd\r\n")
	for place, want := range map[string]struct {
		value string
		kind  excelize.CellType
	}{
		"A2": {"007", excelize.CellTypeInlineString}, "B2": {"1.10", excelize.CellTypeInlineString}, "D2": {"sustained", excelize.CellTypeInlineString},
		"C2": {"62.5", excelize.CellTypeUnset}, "C3": {"", excelize.CellTypeUnset},
	} {
		value, err := book.GetCellValue("Table A", place)
		kind, err2 := book.GetCellType("Table A", place)
		if err != nil || err2 != nil || value != want.value || kind != want.kind {
			t.Errorf("%s is %q of type %v (%v, %v), want %q of type %v", place, value, kind, err, err2, want.value, want.kind)
		}
	}
	if value, err := book.GetCellValue("Table B", "B2"); err != nil || value != "-3" {
		t.Errorf("the second table holds %q (%v)", value, err)
	}
}

func TestNoCellOfAWorkbookIsAFormula(t *testing.T) {
	book := workbook(t, "id,name\r\na,\"'=HYPERLINK(\"\"https://evil.example\"\")\"\r\nb,'+1\r\nc,'@SUM(A1)\r\n")
	for _, place := range []string{"B2", "B3", "B4"} {
		formula, err := book.GetCellFormula("Table A", place)
		kind, err2 := book.GetCellType("Table A", place)
		if err != nil || err2 != nil || formula != "" || kind != excelize.CellTypeInlineString {
			t.Errorf("%s has the formula %q and the type %v (%v, %v)", place, formula, kind, err, err2)
		}
	}
	if value, _ := book.GetCellValue("Table A", "B2"); value != `=HYPERLINK("https://evil.example")` {
		t.Errorf("the text is %q", value)
	}
}

func TestALongTextFitsItsCell(t *testing.T) {
	book := workbook(t, "name\r\n"+strings.Repeat("é", 40_000)+"\r\n")
	if value, err := book.GetCellValue("Table A", "A2"); err != nil || value == "" {
		t.Errorf("%q (%v)", value, err)
	}
}

func TestATableWithoutAHeadIsAnError(t *testing.T) {
	if err := WriteWorkbook(&bytes.Buffer{}, []Sheet{{Name: "Goods", CSV: strings.NewReader("")}}); err == nil {
		t.Error("an empty table is written")
	}
}
