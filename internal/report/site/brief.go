package site

import (
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
)

// briefPage is one sheet about a good, for people who do not open a report.
type briefPage struct {
	Good     report.Good
	Name     string
	Slug     string
	Owner    template.HTML // empty where the catalog names none
	Licence  string
	Catalogs string
	Read     int // repositories
	Pillars  []assess.Pillar
	Policies []policyView
	Facts    []any // three at most
	Asks     []any // three at most
	// Proof leads to the page that has the proof, or names it where nothing leads there.
	Proof template.HTML
}

// Limits of a sheet, so that it stays one in every language.
const (
	briefItems = 3
	briefText  = 160 // characters of a fact or an ask
)

func (p briefPage) stage() assess.Stage { return report.KnownStage(p.Good.Verdict.Stage) }

// brief chooses what stands on the sheet of a good: the facts that decided its stage,
// worst first where it is a matter of concern, and what would help it.
func (s *edition) brief(good report.Good, tally report.Tally) briefPage {
	view := briefPage{Good: good, Name: report.Cut(s.text.DisplayName(good), 90), Slug: report.SlugOf(good.ID), Read: tally.Read,
		Licence: report.Cut(s.text.ShortList(good.Licenses), 80), Pillars: report.PillarsInOrder(good.Verdict), Policies: s.policiesOf(good)}
	if owners := good.Owners(); len(owners) > 0 {
		view.Owner = s.text.ownerText(good)
	}
	var catalogs []string
	for _, source := range good.Sources {
		if !slices.Contains(catalogs, source.Catalog) {
			catalogs = append(catalogs, source.Catalog)
		}
	}
	view.Catalogs = report.Cut(strings.Join(catalogs, ", "), 80)
	for _, r := range report.Shortfalls(briefItems, good) {
		view.Facts = append(view.Facts, s.reasonText(r, briefText))
	}
	if len(view.Facts) == 0 {
		view.Facts = []any{s.text.translateText("Too little is known of it.")}
	}
	view.Asks = s.asks(good)
	view.Proof = link("../"+report.EvidencePath(good.ID), s.text.Translate("How we know"))
	return view
}

// proofFromAfar is what a sheet that stands outside of its report says of the proof: a link
// where the address of the report is known, else the name of the page.
func (s *edition) proofFromAfar(id string) template.HTML {
	if address := s.doc.SiteAddress; address != "" {
		return link(address+report.EvidencePath(id), s.text.Translate("How we know"))
	}
	return template.HTML(template.HTMLEscapeString(s.text.Translate("How we know"))+" (") + s.text.isolated(report.EvidencePath(id)) + ")"
}

// asks are what would help a good most: what leads to a better stage, then its first
// upgrade, then what would clear what is of concern.
func (s *edition) asks(good report.Good) []any {
	asks := s.lift(good.Verdict, briefText)
	for _, step := range report.HelpfulUpgrades(1, good) {
		asks = append(asks, s.text.upgradeText(step))
	}
	for _, r := range good.Verdict.Reasons {
		if r.Concern && r.Clears != "" {
			text, translated := s.text.VerdictText(r.Clears, r.ClearsMessage())
			asks = append(asks, s.marked(sentence(report.Cut(text, briefText)), translated))
		}
	}
	if len(good.UsedBy) == 0 && len(good.DeploymentCountries) == 0 {
		asks = append(asks, s.text.translateText("Tell the catalog who uses it, and where."))
	}
	asks = append(asks, s.text.translateText("Tell us if a fact on this sheet is wrong."))
	var once []any
	for _, ask := range asks {
		if len(once) < briefItems && !slices.ContainsFunc(once, func(other any) bool { return fmt.Sprint(other) == fmt.Sprint(ask) }) {
			once = append(once, ask)
		}
	}
	return once
}

// upgradeText says which package to upgrade, what that closes and leaves, and where the
// package is listed.
func (w pageLocalizer) upgradeText(step report.UpgradeStep) template.HTML {
	text := w.translateHTML("Upgrade {package} from {from} to {version}. That closes {n|known weakness|known weaknesses}.",
		"package", w.isolated(report.Cut(step.Package, 60)), "from", w.isolated(report.Cut(step.From, 40)),
		"version", w.isolated(report.Cut(step.To, 40)), "n", step.Closes)
	if step.Open != nil && *step.Open > 0 {
		text += " " + w.translateHTML("The new version itself has {n|known weakness|known weaknesses}.", "n", *step.Open)
	}
	file := w.isolated(report.Cut(step.File, 80))
	switch {
	case step.More > 0:
		text += " " + w.translateHTML("{file} and {n|more file|more files} list it.", "file", file, "n", step.More)
	case step.File != "":
		text += " " + w.translateHTML("{file} lists it.", "file", file)
	}
	return text
}

// WriteBrief writes the sheet of a clean good in the first language, with what it loads:
// it stands in a folder of its own, without its report.
func (s *Site) WriteBrief(good report.Good, write WriteFile) error {
	first := s.editions[0]
	for _, name := range []string{styleSheet, briefSheet} {
		if err := write(name, func(out io.Writer) error { return writeShared(out, name) }); err != nil {
			return err
		}
	}
	return write(report.BriefPath(good.ID), func(out io.Writer) error {
		view := first.brief(good, report.TallyFindings(good))
		view.Proof = first.proofFromAfar(good.ID)
		return first.render(out, "brief", first.text.DisplayName(good)+" · Midspan", report.BriefPath(good.ID), view)
	})
}
