package site

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/report"
)

// rowsName is the file in the folder of a language from which portfolio.js takes the
// rows of the table, as the pages have them. The script finds them in rowsVariable.
const (
	rowsName     = "portfolio-rows.js"
	rowsVariable = "midspanRows"
)

// rowPieces are the rows of the table as HTML for the script. Rows have most of their
// cells and shapes in common: a row is a list of pieces, and each piece is kept once.
type rowPieces struct {
	rows   [][]int // of each row, places in pieces
	pieces []string
	places map[string]int
}

func newRowPieces() *rowPieces {
	return &rowPieces{rows: [][]int{}, pieces: []string{}, places: map[string]int{}}
}

// pieceStart matches where a piece of a row begins: cells, and the piers of a glyph.
var pieceStart = regexp.MustCompile(`<td|<path|M[0-9.]`)

// add adds a row.
func (p *rowPieces) add(html string) {
	var row []int
	from := 0
	take := func(to int) {
		place, known := p.places[html[from:to]]
		if !known {
			place = len(p.pieces)
			piece := strings.Clone(html[from:to])
			p.pieces, p.places[piece] = append(p.pieces, piece), place
		}
		row, from = append(row, place), to
	}
	for _, start := range pieceStart.FindAllStringIndex(html, -1) {
		take(start[0])
	}
	take(len(html))
	p.rows = append(p.rows, row)
}

// write writes var midspanRows={"asOf":"2026-11-01","rows":[[0,1,2],[3,1,4]],"pieces":["<tr>…"]}.
func (p *rowPieces) write(to io.Writer, asOf time.Time) error {
	if _, err := io.WriteString(to, "var "+rowsVariable+"="); err != nil {
		return err
	}
	encoder := json.NewEncoder(to)
	encoder.SetEscapeHTML(false) // a script is no HTML
	return encoder.Encode(struct {
		AsOf   string   `json:"asOf"`
		Rows   [][]int  `json:"rows"`
		Pieces []string `json:"pieces"`
	}{report.ISODate(asOf), p.rows, p.pieces})
}

// renderRows renders rows of the table, and adds them to the pieces.
func (s *edition) renderRows(rows []report.Row, pieces *rowPieces) ([]template.HTML, error) {
	rendered := make([]template.HTML, len(rows))
	for i, r := range rows {
		var out strings.Builder
		if err := s.pages.ExecuteTemplate(&out, "goodsRow", s.goodsRow(r)); err != nil {
			return nil, fmt.Errorf("render the row of %s: %w", r.ID, err)
		}
		rendered[i] = template.HTML(out.String())
		pieces.add(out.String())
	}
	return rendered, nil
}
