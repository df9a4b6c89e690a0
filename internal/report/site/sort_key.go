package site

import (
	"html/template"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// sort.js sorts a cell by its attribute data-v where the text is not a plain number
// already. What is unknown has none, and comes last.

func sortKey(f float64) template.HTMLAttr {
	return template.HTMLAttr(" data-v=" + strconv.FormatFloat(math.Round(f*1000)/1000, 'f', -1, 64))
}

// numberSortKey is that of a number that Number writes.
func (w pageLocalizer) numberSortKey(n int) template.HTMLAttr {
	if w.Number(float64(n)) == strconv.Itoa(n) {
		return ""
	}
	return sortKey(float64(n))
}

// optionalSortKey is that of a number that may be unknown.
func optionalSortKey(f *float64) template.HTMLAttr {
	if f == nil {
		return ""
	}
	return sortKey(*f)
}

// severitySortKey is higher for what is worse.
func severitySortKey(severity observation.Severity) template.HTMLAttr {
	if severity.Valid() && severity != observation.SeverityUnknown {
		return sortKey(float64(observation.SeverityUnknown.Compare(severity)))
	}
	return ""
}

// findingSortKey puts a malicious package above every severity.
func findingSortKey(i report.DistinctFinding) template.HTMLAttr {
	if i.Malicious {
		return sortKey(float64(len(observation.Severities())))
	}
	return severitySortKey(i.Severity)
}

func stageSortKey(stage assess.Stage) template.HTMLAttr {
	return sortKey(float64(slices.Index(report.StageOrder[:], report.KnownStage(stage))))
}

// daysSortKey is that of the time since a day.
func daysSortKey(from, to time.Time) template.HTMLAttr {
	if from.IsZero() {
		return ""
	}
	return sortKey(math.Floor(to.Sub(from).Hours() / 24))
}

// publishedSince is the day by which an advisory was public: the one of its publication,
// else that of its last change. Zero where it has neither.
func publishedSince(i report.DistinctFinding) time.Time {
	if i.Published.IsZero() {
		return i.Modified
	}
	return i.Published
}

func publishedSortKey(i report.DistinctFinding, at time.Time) template.HTMLAttr {
	return daysSortKey(publishedSince(i), at)
}

// publishedText writes for how long an advisory has been public. Where only its last
// change is known, that is a lower bound.
func (w pageLocalizer) publishedText(i report.DistinctFinding, at time.Time) string {
	if i.Published.IsZero() && !i.Modified.IsZero() {
		return w.Translate("at least {time}", "time", w.ageText(i.Modified, at))
	}
	return w.ageText(publishedSince(i), at)
}
