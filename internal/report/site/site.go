// Package site makes the pages of a report: the portfolio, a page a good, lists, scripts
// and styles, in one language or several. It writes files through a function that it is
// given, and knows no folder.
package site

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/criteria"
	"github.com/midspan/midspan/internal/report/drawing"
	"github.com/midspan/midspan/internal/report/table"
)

//go:embed templates
var templateFiles embed.FS

// content is what the site shows in every language. Its document and its rows are
// clean: whatever it shows went through cleaned.
type content struct {
	doc   report.Document   // its goods are stripped
	rows  []report.Row      // one for each good, by id
	names map[string]string // good id to name, which may be empty
	defs  map[string]observation.Definition
	// compared are the rows of the page that compares goods, but for those of policies.
	compared []string
}

// pageLocalizer writes what the pages alone show.
type pageLocalizer struct{ report.Localizer }

// Site is the pages of one document in some languages, and their scripts.
type Site struct {
	content
	editions []*edition
}

// edition is the pages in one language.
type edition struct {
	*content
	text   pageLocalizer
	folder string     // in the report: empty for the first language, "fr/" for another
	all    []*edition // of all languages, this one among them
	pages  *template.Template
	// scriptTranslations are the messages of the scripts of a page, by its template.
	scriptTranslations map[string]string
	buffers            sync.Pool // *bytes.Buffer, of pages that were written
}

// NewSite makes the site of a document whose goods are added later, in some languages.
// The first is written to the report's own folder.
func NewSite(doc report.Document, languages []*language.Language) (*Site, error) {
	s := &Site{content: content{doc: report.Cleaned(doc), defs: make(map[string]observation.Definition, len(doc.Definitions))}}
	for _, def := range s.doc.Definitions {
		s.defs[def.ID] = def
	}
	var err error
	if s.compared, err = comparedRows(); err != nil {
		return nil, err
	}
	s.editions = make([]*edition, len(languages))
	for i, l := range languages {
		e := &edition{content: &s.content, text: pageLocalizer{report.Localizer{Language: l}}, all: s.editions}
		if i > 0 {
			e.folder = l.Tag() + "/"
		}
		if e.scriptTranslations, err = e.text.scriptTranslations(); err != nil {
			return nil, err
		}
		e.pages, err = template.New("site").Funcs(e.functions()).Funcs(e.tableFunctions()).ParseFS(templateFiles, "templates/*.html")
		if err != nil {
			return nil, fmt.Errorf("parse the embedded templates: %w", err)
		}
		s.editions[i] = e
	}
	return s, nil
}

// Folders are those of the languages, with a slash at their end; the first is empty.
func (s *Site) Folders() []string {
	var folders []string
	for _, e := range s.editions {
		folders = append(folders, e.folder)
	}
	return folders
}

// WriteFile writes a file of the report, whose name is slash-separated.
type WriteFile func(name string, content func(io.Writer) error) error

// GoodFiles are the names of the files of a good: in each language its page, how we know
// what stands there, its sheet to print, the
// card that others show in a frame, and what compare.js loads of it.
func (s *Site) GoodFiles(id string) []string {
	var names []string
	for _, e := range s.editions {
		names = append(names, e.folder+report.PagePath(id), e.folder+report.EvidencePath(id), e.folder+report.BriefPath(id),
			e.folder+report.EmbedPath(id), e.folder+report.ColumnPath(id))
	}
	if s.doc.SiteAddress != "" {
		names = append(names, report.PreviewPath(id))
	}
	return names
}

// WriteGood writes the files of a good, which is clean.
func (s *Site) WriteGood(good report.Good, write WriteFile) error {
	var err error
	if s.doc.SiteAddress != "" {
		err = write(report.PreviewPath(good.ID), func(out io.Writer) error {
			picture, err := drawing.Preview(good.Verdict)
			if err != nil {
				return err
			}
			_, err = out.Write(picture)
			return err
		})
	}
	tally := report.TallyFindings(good)
	for _, e := range s.editions {
		page := func(template, at string, view any) {
			err = errors.Join(err, write(e.folder+at, func(out io.Writer) error {
				return e.render(out, template, e.text.DisplayName(good)+" · Midspan", at, view)
			}))
		}
		view := e.goodPage(good, tally)
		page("good", report.PagePath(good.ID), view)
		page("embed", report.EmbedPath(good.ID), view)
		page("evidence", report.EvidencePath(good.ID), e.evidencePage(good, tally))
		page("brief", report.BriefPath(good.ID), e.brief(good, tally))
		err = errors.Join(err, write(e.folder+report.ColumnPath(good.ID), func(out io.Writer) error { return e.writeColumn(out, good, tally) }))
	}
	return err
}

// WriteAll writes what is about all goods together, and the scripts. The last file is
// the portfolio page of the first language. doc holds the goods of rows, clean.
func (s *Site) WriteAll(doc report.Document, rows []report.Row, write WriteFile) error {
	s.doc, s.rows, s.names = doc, rows, make(map[string]string, len(rows))
	for _, r := range rows {
		s.names[r.ID] = r.Name
	}
	var err error
	for _, name := range sharedFiles {
		err = errors.Join(err, write(name, func(out io.Writer) error { return writeShared(out, name) }))
	}
	ordered := inTableOrder(rows)
	err = errors.Join(err, table.WriteData(doc.AsOf, ordered, goals[:], write))
	pages := tablePages(ordered)
	for _, e := range slices.Backward(s.editions) {
		err = errors.Join(err, e.writeAll(pages, write))
	}
	return err
}

// writeAll writes the pages that are about all goods together, the portfolio page last. A
// report of one good opens on the page of that good.
func (s *edition) writeAll(pages []tablePage, write WriteFile) error {
	var err error
	page := func(template, name, title string, view any) {
		err = errors.Join(err, write(s.folder+name, func(out io.Writer) error { return s.render(out, template, title, name, view) }))
	}
	all, first := table.NewRows(s.folder, s.doc.AsOf, len(s.rows), write), pages[0]
	for i, p := range pages {
		rows, failed := s.renderRows(p.rows, all)
		err = errors.Join(err, failed)
		p.Policies = s.doc.Policies
		if p.Rows = rows; i == 0 {
			first = p
			continue
		}
		page("goods", tableFile(p.N, p.Pages), s.text.Translate("All goods, page {n} of {pages}", "n", p.N, "pages", p.Pages)+" · Midspan", p)
	}
	err = errors.Join(err, all.Close())
	page("method", "method.html", s.text.Translate("Method")+" · Midspan", s.method())
	page("search", "search.html", s.text.Translate("Find a good")+" · Midspan", report.StageOrder)
	page("accessibility", "accessibility.html", s.text.Translate("How these pages can be read")+" · Midspan", nil)
	page("compare", comparePage, s.text.Translate("Goods side by side")+" · Midspan", nil)
	page("board", boardPage, s.text.Translate("Two pages for a board")+" · Midspan", s.board())
	page("across", "across.html", s.text.Translate("Across the goods · Midspan"), s.across())
	if len(s.doc.Policies) > 0 {
		page("criteria", "criteria.html", s.text.Translate("Criteria")+" · Midspan", criteria.Of(s.text.Localizer, s.doc.Policies, s.doc.Goods))
	}
	page("trend", "trend.html", s.text.Translate("Over time")+" · Midspan", s.doc.Trend.View(maxListed))
	if len(s.rows) == 1 {
		only := s.rows[0].Good
		view := map[string]string{"Page": report.PagePath(only.ID), "Name": s.name(only.ID)}
		if s.doc.SiteAddress != "" {
			view["Canonical"] = s.doc.SiteAddress + s.folder + view["Page"]
		}
		page("opening", "index.html", s.name(only.ID)+" · Midspan", view)
		return err
	}
	page("portfolio", "index.html", s.text.Translate("Portfolio · Midspan"), s.portfolio(first))
	return err
}

// page is what the layout needs of every page.
type page struct {
	Title       string
	Description string // in a sentence, for those who list or embed the page; may be empty
	// What others need who show a link to the page; empty where nobody said where the site is
	// public. The addresses are absolute.
	Address, Picture, PictureText string
	PictureWidth, PictureHeight   int
	Root                          string   // leads to the folder of the portfolio in this language: "" or "../"
	Base                          string   // leads to the report's own folder
	Scripts                       []string // addresses
	Translations                  string   // translated patterns of the scripts, as JSON; empty where there are none
	Styles                        []string // addresses of style sheets
	Doc                           *report.Document
	Stage                         assess.Stage // the one whose mark the page shows; empty where it shows any
	Language                      *language.Language
	Editions                      []languageLink // empty where there is one language
	View                          any
}

// noStage is the stage of a page that shows the mark of none.
const noStage assess.Stage = "none"

// HasSprite reports whether the page may show a mark.
func (p page) HasSprite() bool { return p.Stage != noStage }

// Shows reports whether the page may show the mark of a stage.
func (p page) Shows(stage assess.Stage) bool { return p.Stage == "" || p.Stage == stage }

// ofStage is what a page about one good shows.
type ofStage interface{ stage() assess.Stage }

// languageLink is the same page in one of the languages of the report.
type languageLink struct {
	*language.Language
	Address string
	Here    bool // it is this page
}

// render writes the page at a slash-separated path in the folder of the language.
func (s *edition) render(w io.Writer, name, title, at string, view any) error {
	p := page{Title: title, Root: strings.Repeat("../", strings.Count(at, "/")), Doc: &s.doc, Language: s.text.Language, View: view}
	p.Base = p.Root + strings.Repeat("../", strings.Count(s.folder, "/"))
	if one, ok := view.(ofStage); ok {
		p.Stage = one.stage()
	}
	p.Styles = []string{p.Base + styleSheet}
	if s.doc.SiteAddress != "" {
		p.Address = s.doc.SiteAddress + s.folder + at
	}
	if good, ok := view.(goodPage); ok {
		p.Description, _ = s.text.BecauseText(good.Good.Verdict)
		if p.Address != "" {
			p.Picture, p.PictureText = s.doc.SiteAddress+report.PreviewPath(good.Good.ID), drawing.Drawer{Localizer: s.text.Localizer}.GlyphText(good.Good.Verdict)
			p.PictureWidth, p.PictureHeight = drawing.PreviewWidth, drawing.PreviewHeight
		}
	}
	if sheet, own := ownSheets[name]; own {
		p.Styles = append(p.Styles, p.Base+sheet)
	}
	for _, script := range scriptsOf(name, view) {
		p.Scripts, p.Translations = append(p.Scripts, p.Base+script), s.scriptTranslations[name]
	}
	if len(s.all) > 1 {
		for _, e := range s.all {
			p.Editions = append(p.Editions, languageLink{e.text.Language, p.Base + e.folder + at, e == s})
		}
	}
	out, ok := s.buffers.Get().(*bytes.Buffer)
	if !ok {
		out = &bytes.Buffer{}
	}
	out.Reset()
	defer s.buffers.Put(out)
	err := s.pages.ExecuteTemplate(out, name, p)
	if err != nil {
		return fmt.Errorf("render %s of %q: %w", name, title, err)
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write %s of %q: %w", name, title, err)
	}
	return nil
}

func (s *edition) functions() template.FuncMap {
	w, picture := s.text, drawing.Drawer{Localizer: s.text.Localizer}
	return template.FuncMap{
		"translate": w.translateText, "translateHTML": w.translateHTML, "link": link, "time": w.timeHTML, "inEnglish": w.inEnglish, "bdi": w.isolated,
		"term": s.term, "stageTerm": s.stageTerm, "trendOf": s.trendOf, "asSentence": w.asSentence, "translated": w.translatedText, "roleText": w.roleText,
		"reasonText": s.reasonText, "clears": s.clears, "because": s.because, "lift": s.lift, "remarks": s.remarks, "borderline": s.borderline,
		"upgrade": w.upgradeText, "paidFor": w.paidFor, "ownerIsNotSeen": report.OwnerIsNotSeen,
		"tallyText": w.TallyText, "tallyBasis": w.TallyBasis, "outcomeName": w.outcomeName,
		"stages": w.stageList, "withDetail": w.withDetail, "bold": bold,
		"program":    func(g report.Generator) string { return strings.TrimSpace(g.Name + " " + g.Version) },
		"sourceList": sourceList,
		"isUnknown":  func(p assess.Pillar) bool { return report.PossibleLevels(p) == nil }, "isBlank": report.IsBlank,
		"date": w.Date, "day": w.dayText, "percent": w.Percent, "cut": report.Cut,
		"num":       func(n int) string { return w.Number(float64(n)) },
		"stageName": w.StageName, "stageMeaning": w.StageMeaning, "knownStage": report.KnownStage, "stageSymbol": drawing.StageSymbol,
		"causeText": w.CauseText, "pillarName": w.PillarName, "score": w.ScoreText, "rangeText": w.RangeText, "riskText": w.RiskText,
		"evidenceText": w.EvidenceText, "levelText": w.LevelText, "levelName": w.LevelName, "pillarClass": pillarClass,
		"glyphRow": drawing.GlyphRow, "glyphSmall": picture.GlyphSmall, "glyphLarge": picture.GlyphLarge,
		"glyphBeside": drawing.GlyphBeside,
		"firstClause": report.FirstClause,
		"web":         report.WebURL, "advisoryURL": report.AdvisoryURL, "shortList": w.ShortList, "commit": report.ShortCommit, "repo": report.ShortRepository,
		"page": report.PagePath, "name": s.name, "catalogList": w.catalogList, "orZero": orZero, "shortfalls": report.Shortfalls,
		"value": w.ValueText, "ruleText": w.ruleText,
		"severityName": w.SeverityName, "epssText": w.EPSSText,
		"likeness": w.LikenessText, "depthName": w.depthName, "remainsText": w.remainsText, "percentOrUnknown": w.percentOrUnknown,
		"boundedOrUnknown": func(n *float64, bound observation.Bound) string { return boundedOrUnknown(w, n, bound) },
		"countOrUnknown":   func(n *int, bound observation.Bound) string { return boundedOrUnknown(w, n, bound) },
		"sparkline":        w.sparkline, "age": w.ageText, "share": w.shareText, "riskName": w.riskName,
		"numberSortKey": w.numberSortKey, "optionalSortKey": optionalSortKey, "severitySortKey": severitySortKey,
		"findingSortKey": findingSortKey, "stageSortKey": stageSortKey, "daysSortKey": daysSortKey,
		"publishedSortKey": publishedSortKey, "publishedText": w.publishedText,
	}
}

// name returns the name of a good by its id; the id where it is not in the
// document.
func (s *edition) name(id string) string {
	name, known := s.names[id]
	if !known {
		return id
	}
	return s.text.NameOr(name, id)
}

// orZero is a counted number, 0 where nothing was counted.
func orZero(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// catalogList writes a list of a catalog. One that the catalog does not record differs
// from one that is empty.
func (w pageLocalizer) catalogList(items []string) string {
	switch {
	case items == nil:
		return w.Translate("the catalog does not say")
	case len(items) == 0:
		return w.Translate("the catalog names none")
	}
	return report.Cut(w.ShortList(items), 400)
}

// pillarClass is the CSS class of what is known of a level.
func pillarClass(p assess.Pillar) string { return levelClass(report.ToneOf(p)) }

// levelClass is that of a level that is set apart from the rest.
func levelClass(level assess.Level) string {
	switch level {
	case assess.Weak, assess.Missing, assess.LevelUnknown:
		return "l-" + string(level)
	}
	return ""
}
