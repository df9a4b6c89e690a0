package export

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/report"
)

// Badge is one line on a good, in the fields of badge services
// (shields.io's endpoint schema).
type Badge struct {
	SchemaVersion int    `json:"schemaVersion"` // 1
	Label         string `json:"label"`
	Message       string `json:"message"`
	Color         string `json:"color"` // six hexadecimal digits
}

// badgeColours are backgrounds of white letters, at a contrast of 4.5 or more. Strained and
// messy middle have one: who pays parts them, and not how they fare.
var badgeColours = map[assess.Stage]string{
	assess.Sustained: "1a6b3c", assess.Emerging: "1f5f99", assess.MessyMiddle: "a34700", assess.Strained: "a34700",
	assess.Fading: "96301f", assess.Dormant: "5c5c5c", assess.Sunset: "444444",
}

const unknownColour = "6b6b6b"

// StageBadge is the badge of a good's stage.
func StageBadge(good report.Good) Badge {
	stage := report.KnownStage(good.Verdict.Stage)
	b := Badge{1, "midspan", report.English.StageName(stage), badgeColours[stage]}
	if b.Color == "" {
		b.Color = unknownColour
	}
	if possible := good.Verdict.Possible; stage == assess.Unassessed && len(possible) == 2 {
		b.Message = report.English.StageName(possible[0]) + " or " + report.English.StageName(possible[1])
	}
	if good.Verdict.Borderline != nil {
		b.Message += " (borderline)"
	}
	return b
}

// PolicyBadge is the badge of a policy's result.
func PolicyBadge(r policy.Result) Badge {
	words := map[policy.Outcome]string{policy.Pass: "passes", policy.Fail: "fails", policy.Unknown: "unknown", policy.Partial: "passes what can be seen"}
	colours := map[policy.Outcome]string{policy.Pass: badgeColours[assess.Sustained], policy.Fail: badgeColours[assess.Fading], policy.Unknown: unknownColour,
		policy.Partial: unknownColour}
	return Badge{1, report.Cut(report.CleanText(r.Policy), 40), words[r.Outcome], colours[r.Outcome]}
}

// WriteJSON writes the badge for a badge service.
func (b Badge) WriteJSON(w io.Writer) error { return json.NewEncoder(w).Encode(b) }

// WriteSVG writes the badge as a picture that loads nothing: it fits its text,
// has a text alternative, and an edge on a dark page.
func (b Badge) WriteSVG(w io.Writer) error {
	label, message := badgeWidth(b.Label), badgeWidth(b.Message)
	left, right := label+12, message+12
	title := html.EscapeString(b.Label + ": " + b.Message)
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="20" viewBox="0 0 %[1]d 20" role="img" aria-label="%[2]s">
<title>%[2]s</title>
<style>.l{fill:#333}.e{fill:none;stroke:#0003}@media(prefers-color-scheme:dark){.l{fill:#555}.e{stroke:#fff6}}</style>
<clipPath id="r"><rect width="%[1]d" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><path class="l" d="M0 0h%[3]dv20H0z"/><path fill="#%[4]s" d="M%[3]d 0h%[5]dv20H%[3]dz"/></g>
<rect class="e" x=".5" y=".5" width="%[6]d" height="19" rx="3"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" aria-hidden="true"><text x="6" y="14" textLength="%[7]d" lengthAdjust="spacingAndGlyphs">%[8]s</text><text x="%[9]d" y="14" textLength="%[10]d" lengthAdjust="spacingAndGlyphs">%[11]s</text></g>
</svg>
`, left+right, title, left, b.Color, right, left+right-1, label, html.EscapeString(b.Label), left+6, message, html.EscapeString(b.Message))
	return err
}

// badgeWidth estimates the pixels of a text at 11 pixels; the picture holds it
// to that.
func badgeWidth(text string) int { return int(math.Ceil(report.TextWidth(text) * 11 / 12.5)) }
