package report

import (
	"html/template"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/midspan/midspan/internal/assess"
)

// What sort.js sorts a cell by stands in its attribute data-v where the text is not a
// plain number already. What is unknown has none, and stands last.

func dataValue(f float64) template.HTMLAttr {
	return template.HTMLAttr(" data-v=" + strconv.FormatFloat(math.Round(f*1000)/1000, 'f', -1, 64))
}

// countValue is that of a number that num writes.
func (w words) countValue(n int) template.HTMLAttr {
	if w.Number(float64(n)) == strconv.Itoa(n) {
		return ""
	}
	return dataValue(float64(n))
}

// wholeValue is that of a number that whole writes.
func (w words) wholeValue(f *float64) template.HTMLAttr {
	if f == nil || w.Number(*f) == strconv.FormatFloat(*f, 'f', -1, 64) {
		return ""
	}
	return dataValue(*f)
}

func shareValue(f *float64) template.HTMLAttr {
	if f == nil {
		return ""
	}
	return dataValue(*f)
}

// severityValue is higher for what is worse.
func severityValue(severity string) template.HTMLAttr {
	if i := slices.Index(severityOrder[:], severity); i >= 0 && severity != "unknown" {
		return dataValue(float64(len(severityOrder) - 1 - i))
	}
	return ""
}

// issueValue puts a malicious package above every severity.
func issueValue(i issue) template.HTMLAttr {
	if i.Malicious {
		return dataValue(float64(len(severityOrder)))
	}
	return severityValue(i.Severity)
}

func stageValue(stage assess.Stage) template.HTMLAttr {
	return dataValue(float64(slices.Index(stageOrder[:], assess.Stage(stageClass(stage)))))
}

func exploitedValue(i issue) template.HTMLAttr {
	switch {
	case i.Exploited == nil:
		return ""
	case *i.Exploited:
		return dataValue(1)
	}
	return dataValue(0)
}

// daysValue is that of the time since a day.
func daysValue(from, to time.Time) template.HTMLAttr {
	if from.IsZero() {
		return ""
	}
	return dataValue(math.Floor(to.Sub(from).Hours() / 24))
}

// publicSince is the day by which an advisory was public: the one of its publication,
// else that of its last change. Zero where it says neither.
func (i issue) publicSince() time.Time {
	if i.Published.IsZero() {
		return i.Modified
	}
	return i.Published
}

func publicValue(i issue, at time.Time) template.HTMLAttr { return daysValue(i.publicSince(), at) }

// publicText says for how long an advisory has been public. By its last change it was
// public at the latest.
func (w words) publicText(i issue, at time.Time) string {
	if i.Published.IsZero() && !i.Modified.IsZero() {
		return w.Translate("at least {time}", "time", w.years(i.Modified, at))
	}
	return w.years(i.publicSince(), at)
}
