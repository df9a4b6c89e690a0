package export

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// WorkbookName is the file that holds the tables of a report for a spreadsheet.
const WorkbookName = "report.xlsx"

// Sheet is one table of a workbook: a CSV file as WriteCSV wrote it.
type Sheet struct {
	Name string // of at most 31 characters
	CSV  io.Reader
}

const (
	// maxSheetRows is how much of a table a sheet has at most: a spreadsheet of more opens
	// slowly or not at all. maxCellLength is the bound of the format.
	maxSheetRows  = 250_000
	maxCellLength = 32_767
	// columnWidth is the width of a column, in characters.
	columnWidth = 18
)

// WriteWorkbook writes CSV files as the sheets of one workbook (Office Open XML). Numbers
// are numbers; nothing is a formula. The same tables give the same bytes.
func WriteWorkbook(w io.Writer, sheets []Sheet) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	for i, sheet := range sheets {
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), sheet.Name)
		} else {
			_, err = book.NewSheet(sheet.Name)
		}
		if err == nil {
			err = writeSheet(book, sheet)
		}
		if err != nil {
			return fmt.Errorf("write the sheet %q: %w", sheet.Name, err)
		}
	}
	unordered, err := book.WriteToBuffer()
	if err != nil {
		return err
	}
	return copyInOrder(w, unordered.Bytes())
}

// copyInOrder writes a zip archive with its members by name: the library writes its
// streams in the order of a map. Members are copied as they are compressed.
func copyInOrder(w io.Writer, archive []byte) error {
	in, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return err
	}
	slices.SortFunc(in.File, func(a, b *zip.File) int { return cmp.Compare(a.Name, b.Name) })
	out := zip.NewWriter(w)
	for _, member := range in.File {
		if err := out.Copy(member); err != nil {
			return err
		}
	}
	return out.Close()
}

func writeSheet(book *excelize.File, sheet Sheet) error {
	out, err := book.NewStreamWriter(sheet.Name)
	if err != nil {
		return err
	}
	rows := csv.NewReader(sheet.CSV)
	rows.ReuseRecord = true
	header, err := rows.Read()
	if err != nil {
		return err
	}
	header = slices.Clone(header)
	if err := startSheet(book, out, header); err != nil {
		return err
	}
	for n := 2; ; n++ {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if n == maxSheetRows {
			if err := out.SetRow(fmt.Sprintf("A%d", n), []any{"more rows than fit here: the CSV file of this name has them all"}); err != nil {
				return err
			}
			break
		}
		if err := out.SetRow(fmt.Sprintf("A%d", n), values(header, cells)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// startSheet writes the head of a table, which stays in view.
func startSheet(book *excelize.File, out *excelize.StreamWriter, header []string) error {
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	if err := out.SetColWidth(1, len(header), columnWidth); err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	head := make([]any, len(header))
	for i, name := range header {
		head[i] = excelize.Cell{StyleID: bold, Value: strings.ReplaceAll(name, "_", " ")}
	}
	return out.SetRow("A1", head)
}

// decimal matches what is a number in every locale.
var decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?$`)

// texts are the columns in which what looks like a number is none: 1.10 is a version
// after 1.9.
var texts = map[string]bool{
	"id": true, "good": true, "name": true, "version": true, "fixed_in": true, "from": true, "to": true, "package": true, "sdgs": true,
	"advisory": true, "aliases": true, "alternative": true, "value": true, "threshold": true, "message": true, "subject": true,
}

func values(header, cells []string) []any {
	row := make([]any, len(cells))
	for i, cell := range cells {
		// The apostrophe keeps a spreadsheet from reading the CSV file's cell as a formula.
		cell = strings.TrimPrefix(cell, "'")
		row[i] = cell
		if len(cell) > maxCellLength {
			row[i] = strings.ToValidUTF8(cell[:maxCellLength], "")
		}
		if i < len(header) && !texts[header[i]] && decimal.MatchString(cell) {
			if number, err := strconv.ParseFloat(cell, 64); err == nil {
				row[i] = number
			}
		}
		if cell == "" {
			row[i] = nil // an empty cell, not an empty text
		}
	}
	return row
}
