package report

import (
	"fmt"
	"math"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/wording"
)

// ValueText writes a value of a measure or a reason with its unit and bound.
func (w Localizer) ValueText(value any, unit observation.Unit, bound observation.Bound) string {
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		if !v && bound != observation.Exact {
			return w.TranslateMessage(wording.NotSeen())
		}
		return w.TranslateMessage(wording.YesNo(v))
	case float64:
		return w.quantity(language.Bounded(math.Round(v*100)/100, bound), unit)
	case int:
		return w.quantity(language.Bounded(float64(v), bound), unit)
	case []string:
		return Cut(w.listText(v, bound), 300)
	default:
		return Cut(fmt.Sprint(v), 300)
	}
}

func (w Localizer) listText(items []string, bound observation.Bound) string {
	switch {
	case len(items) == 0 && bound != observation.Exact:
		return w.TranslateMessage(wording.NotSeen())
	case len(items) == 0:
		return w.Translate("none")
	case bound != observation.Exact:
		return w.Translate("at least {list}", "list", w.ShortList(items))
	}
	return w.ShortList(items)
}

// quantity writes a number with its unit; a ratio has none on a page.
func (w Localizer) quantity(n language.Arg, unit observation.Unit) string {
	if unit == "ratio" {
		unit = ""
	}
	return w.TranslateMessage(wording.Quantity(n, unit))
}

// MeasureText writes a measure's value, or that it has none; never a zero for
// something unknown.
func (w Localizer) MeasureText(m observation.Measure) string {
	switch m.State {
	case observation.Measured:
		return w.ValueText(m.Value, m.Unit, m.Bound)
	case observation.NotApplicable:
		return w.Translate("not applicable")
	}
	return w.Translate("unknown")
}
