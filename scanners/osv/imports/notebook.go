package imports

import (
	"encoding/json"
	"path"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
)

// notebook is a notebook of Jupyter, of format 4 (cells) or 3 (worksheets), as nbformat
// describes them. The source of a cell is a text or a list of lines.
type notebook struct {
	Cells      []cell `json:"cells"`
	Worksheets []struct {
		Cells []cell `json:"cells"`
	} `json:"worksheets"`
	Metadata struct {
		Kernel struct {
			Language string `json:"language"`
			Name     string `json:"name"`
		} `json:"kernelspec"`
	} `json:"metadata"`
}

type cell struct {
	Type   string          `json:"cell_type"`
	Source json.RawMessage `json:"source"`
	Input  json.RawMessage `json:"input"`
}

// callsOfR are what stands for imports in a notebook of R, which are written like Python's
// here: one search serves both.
var callsOfR = lazy.Pattern(`\b(?:library|require)\s*\(\s*["']?([A-Za-z][\w.]*)["']?\s*\)`)

// codeOf is the code of a source: of a notebook the cells of code, whatever its JSON looks
// like. A notebook that does not parse is taken as it stands.
func codeOf(name string, text []byte) []byte {
	if strings.ToLower(path.Ext(name)) != ".ipynb" {
		return text
	}
	var book notebook
	if json.Unmarshal(text, &book) != nil {
		return text
	}
	var code strings.Builder
	cells := book.Cells
	for _, sheet := range book.Worksheets {
		cells = append(cells, sheet.Cells...)
	}
	for _, c := range cells {
		if c.Type != "" && c.Type != "code" {
			continue
		}
		for _, source := range []json.RawMessage{c.Source, c.Input} {
			code.WriteString(linesOf(source))
			code.WriteByte('\n')
		}
	}
	switch strings.ToLower(book.Metadata.Kernel.Language + book.Metadata.Kernel.Name) {
	case "r", "rir", "ir":
		return callsOfR().ReplaceAll([]byte(code.String()), []byte("\nimport $1\n"))
	}
	return []byte(code.String())
}

// linesOf is the source of a cell as one text.
func linesOf(source json.RawMessage) string {
	var lines []string
	if json.Unmarshal(source, &lines) == nil {
		return strings.Join(lines, "")
	}
	var text string
	_ = json.Unmarshal(source, &text)
	return text
}
