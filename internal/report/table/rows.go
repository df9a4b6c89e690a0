package table

import (
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/report"
)

// Rows writes the rows of the table as HTML for the script, a file for each Block of
// them. Rows have most of their cells and shapes in common: a row is a list of pieces, and
// each piece is kept once in a file.
type Rows struct {
	folder, asOf string
	all          int
	write        Write

	files  int     // that were written
	rows   [][]int // of each row, places in pieces
	pieces []string
	places map[string]int
}

// NewRows begins the files of all rows of one language in its folder.
func NewRows(folder string, asOf time.Time, all int, write Write) *Rows {
	return &Rows{folder: folder, asOf: report.ISODate(asOf), all: all, write: write, places: map[string]int{}}
}

// pieceStart matches where a piece of a row begins: cells, and the piers of a glyph.
var pieceStart = regexp.MustCompile(`<td|<path|M[0-9.]`)

// Add adds the next row.
func (p *Rows) Add(html string) error {
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
	if p.rows = append(p.rows, row); len(p.rows) < Block {
		return nil
	}
	return p.Close()
}

// Close writes the rows that are in no file yet.
func (p *Rows) Close() error {
	if len(p.rows) == 0 {
		return nil
	}
	name := "rows-" + strconv.Itoa(p.files)
	err := p.write(p.folder+Folder+name+".js", func(to io.Writer) error {
		return call(to, name, p.asOf, p.all, func(w *object) {
			w.part("rows", p.rows)
			w.part("pieces", p.pieces)
		})
	})
	p.files, p.rows, p.pieces = p.files+1, nil, nil
	clear(p.places)
	return err
}
