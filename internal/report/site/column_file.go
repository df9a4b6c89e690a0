package site

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"

	"github.com/midspan/midspan/internal/report"
)

// columnFile is a column as its file holds it: its cells in the order of the rows of the
// page, and each reason why something is unknown once, with the rows that have it. Of a good
// that was not read that is most of the file.
type columnFile struct {
	column
	Cells   []any            `json:"cells"` // nil for those of Unknown
	Unknown map[string][]int `json:"unknown,omitempty"`
}

// comparedRows are the rows of templates/compare.html, in their order. Those of policies,
// which stand behind the first, are not among them: each run has its own.
func comparedRows() ([]string, error) {
	page, err := templateFiles.ReadFile("templates/compare.html")
	if err != nil {
		return nil, fmt.Errorf("read the rows of an embedded template: %w", err)
	}
	var rows []string
	for _, found := range regexp.MustCompile(`data-row="([a-z0-9-]+)"`).FindAllStringSubmatch(string(page), -1) {
		rows = append(rows, found[1])
	}
	return rows, nil
}

// fileOf is a column as its file holds it. A cell is a text alone, a list of a text and its
// notes, or has all of its parts by name.
func (s *edition) fileOf(c column) columnFile {
	rows := s.compared[:1:1]
	for i := range s.doc.Policies {
		rows = append(rows, policyRow(i))
	}
	rows = append(rows, s.compared[1:]...)
	file := columnFile{column: c, Cells: make([]any, len(rows)), Unknown: map[string][]int{}}
	unknown := columnBuilder{pageLocalizer: s.text}.unknown("")
	for i, row := range rows {
		shown := c.Cells[row]
		switch {
		case shown.Unknown && shown.Text == unknown.Text && shown.Class == unknown.Class && shown.Key == "" && len(shown.Notes) == 1:
			file.Unknown[shown.Notes[0]] = append(file.Unknown[shown.Notes[0]], i)
		case shown.Class != "" || shown.Unknown || shown.Key != "":
			file.Cells[i] = shown
		case len(shown.Notes) > 0:
			file.Cells[i] = append([]string{shown.Text}, shown.Notes...)
		default:
			file.Cells[i] = shown.Text
		}
	}
	return file
}

// writeColumn writes the file of a good, whose texts are clean. It calls one function,
// because a page opened from a disk may load scripts from beside it, but no data.
func (s *edition) writeColumn(to io.Writer, good report.Good, tally report.Tally) error {
	encoded, err := json.Marshal(s.fileOf(s.column(good, tally)))
	if err != nil {
		return err
	}
	_, err = io.WriteString(to, "midspanColumn("+string(encoded)+");\n")
	return err
}
