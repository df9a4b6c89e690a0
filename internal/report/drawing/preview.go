package drawing

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
)

// PreviewWidth and PreviewHeight are the size of a preview in pixels, in the proportion in
// which others show the picture of a link: 1.91 to 1 (ogp.me names none; the large networks
// ask for this one).
const (
	PreviewWidth  = 600
	PreviewHeight = 315
)

// The colours of a preview, as the style sheet has them by day.
var (
	previewPaper = color.RGBA{0xf8, 0xf7, 0xf3, 0xff}
	previewBank  = color.RGBA{0xc9, 0xc5, 0xb8, 0xff}
	previewDeck  = color.RGBA{0x22, 0x34, 0x3d, 0xff}
	previewPier  = color.RGBA{0x4a, 0x7a, 0x8a, 0xff}
	previewWeak  = color.RGBA{0xa9, 0x59, 0x1a, 0xff}
	previewGap   = color.RGBA{0xa5, 0x30, 0x1d, 0xff}
	previewSoft  = color.RGBA{0x55, 0x61, 0x6a, 0xff}
)

// preview is the large glyph in straight lines, in pixels.
type preview struct {
	*image.Paletted
	glyphLayout
}

// Preview returns a picture of the bridge of a good as PNG, for those who show a link to its
// page and take no SVG. It holds no text.
func Preview(v assess.Verdict) ([]byte, error) {
	palette := color.Palette{previewPaper, previewBank, previewDeck, previewPier, previewWeak, previewGap, previewSoft}
	p := preview{image.NewPaletted(image.Rect(0, 0, PreviewWidth, PreviewHeight), palette), largeGlyph}
	p.fill(0, p.deck, p.bank, p.ground, previewBank)
	p.fill(p.width-p.bank, p.deck, p.width, p.ground, previewBank)
	p.fill(0, p.ground, p.width, p.ground+3, previewBank)
	for i, pillar := range report.InOrder(v.Supports) {
		p.pier(p.first+float64(i)*p.step, pillar)
	}
	if score, known := report.HeightOf(v.Load); known {
		p.fill(0, p.deck-p.thicknessOf(score), p.width, p.deck, previewDeck)
	} else {
		p.outline(0, p.deck-(p.thin+p.thick)/2, p.width, p.deck)
	}
	var out bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, p)
	return out.Bytes(), err
}

// pier draws one support with its middle at x.
func (p preview) pier(x float64, pillar assess.Pillar) {
	left, right, full := x-p.foot/2, x+p.foot/2, p.ground-p.deck
	score, known := report.HeightOf(pillar)
	level, _ := report.LevelBounds(pillar)
	switch {
	case !known:
		p.outline(left, p.deck+full*.04, right, p.ground)
	case level == assess.Missing || score == 0:
		for dash := left; dash < right; dash += p.foot / 4 {
			p.fill(dash, p.ground-4, dash+p.foot/8, p.ground, previewGap)
		}
	case level == assess.Weak:
		p.fill(left, p.ground-max(full*score/100, full/10), right, p.ground, previewWeak)
	default:
		p.fill(left, p.ground-max(full*score/100, full/10), right, p.ground, previewPier)
	}
}

// outline draws the border of what is unknown.
func (p preview) outline(left, top, right, bottom float64) {
	const line = 2
	p.fill(left, top, right, top+line, previewSoft)
	p.fill(left, bottom-line, right, bottom, previewSoft)
	p.fill(left, top, left+line, bottom, previewSoft)
	p.fill(right-line, top, right, bottom, previewSoft)
}

// fill colours a rectangle, whose corners are in the units of the glyph.
func (p preview) fill(left, top, right, bottom float64, with color.Color) {
	scale := PreviewWidth * .88 / p.width
	x, y := (PreviewWidth-p.width*scale)/2, (PreviewHeight-p.height*scale)/2
	pixel := func(f float64) int { return int(math.Round(f)) }
	draw.Draw(p, image.Rect(pixel(x+left*scale), pixel(y+top*scale), pixel(x+right*scale), pixel(y+bottom*scale)), image.NewUniform(with), image.Point{}, draw.Src)
}
