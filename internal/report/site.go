package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
)

//go:embed templates
var templateFiles embed.FS

// content is what the site shows in every language. Its document and its rows are
// clean: whatever it shows went through cleaned.
type content struct {
	doc      Document // its goods are stripped
	rows     []row    // one for each good, by id
	css      template.CSS
	extraCSS map[string]template.CSS // of pages that need more, by template
	names    map[string]string       // good id to name, which may be empty
	defs     map[string]observation.Definition
}

// pageLocalizer writes what the pages alone show.
type pageLocalizer struct{ localizer }

// site renders the pages of one document in one language.
type site struct {
	*content
	text       pageLocalizer
	translator *assess.Translator
	folder     string  // in the report: empty for the first language, "fr/" for another
	editions   []*site // of all languages, this one among them
	pages      *template.Template
	// scriptTranslations are the messages of the scripts of a page, by its template.
	scriptTranslations map[string]string
}

// newSites makes the site of a document whose goods are added later, in each of some
// languages. The first is written to the report's own folder.
func newSites(doc Document, languages []*language.Language) ([]*site, error) {
	shown := &content{doc: cleaned(doc), names: map[string]string{}, defs: make(map[string]observation.Definition, len(doc.Definitions))}
	for _, def := range shown.doc.Definitions {
		shown.defs[def.ID] = def
	}
	css, err := templateFiles.ReadFile("templates/style.css")
	if err != nil {
		return nil, fmt.Errorf("read the embedded style sheet: %w", err)
	}
	compare, err := templateFiles.ReadFile("templates/compare.css")
	if err != nil {
		return nil, fmt.Errorf("read the embedded style sheet: %w", err)
	}
	shown.css, shown.extraCSS = template.CSS(css), map[string]template.CSS{"compare": template.CSS(compare)}
	sites := make([]*site, len(languages))
	for i, l := range languages {
		s := &site{content: shown, text: pageLocalizer{localizer{l}}, translator: assess.NewTranslator(l, shown.doc.Rules), editions: sites}
		if i > 0 {
			s.folder = l.Tag() + "/"
		}
		if s.scriptTranslations, err = s.text.scriptTranslations(); err != nil {
			return nil, err
		}
		s.pages, err = template.New("site").Funcs(s.functions()).Funcs(s.tableFunctions()).ParseFS(templateFiles, "templates/*.html")
		if err != nil {
			return nil, fmt.Errorf("parse the embedded templates: %w", err)
		}
		sites[i] = s
	}
	return sites, nil
}

// contentPolicy is the content security policy of the pages: one inline style sheet,
// known by its hash, and images from data alone. No script, no request. A page with a
// script may load scripts of the report's own folder, and nothing else.
func contentPolicy(css []byte, scripted bool) string {
	sum := sha256.Sum256(css)
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src data:; base-uri 'none'; form-action 'none'"
	if scripted {
		policy += "; script-src 'self'"
	}
	return policy
}

// page is what the layout needs of every page.
type page struct {
	Title        string
	Root         string   // leads to the folder of the portfolio in this language: "" or "../"
	Base         string   // leads to the report's own folder
	Scripts      []string // addresses
	Translations string   // translated patterns of the scripts, as JSON; empty where there are none
	CSS          template.CSS
	CSP          string
	Doc          *Document
	Language     *language.Language
	Editions     []edition // empty where there is one language
	View         any
}

// edition is a page in one of the languages of the report.
type edition struct {
	*language.Language
	Address string
	Here    bool // it is this page
}

// render writes the page at a slash-separated path in the folder of the language.
func (s *site) render(w io.Writer, name, title, at string, view any) error {
	p := page{Title: title, Root: strings.Repeat("../", strings.Count(at, "/")), CSS: s.css + s.extraCSS[name], Doc: &s.doc, Language: s.text.Language, View: view}
	p.Base = p.Root + strings.Repeat("../", strings.Count(s.folder, "/"))
	for _, script := range scriptsOf(name, view) {
		p.Scripts, p.Translations = append(p.Scripts, p.Base+script), s.scriptTranslations[name]
	}
	p.CSP = contentPolicy([]byte(p.CSS), len(p.Scripts) > 0)
	if len(s.editions) > 1 {
		for _, e := range s.editions {
			p.Editions = append(p.Editions, edition{e.text.Language, p.Base + e.folder + at, e == s})
		}
	}
	var out bytes.Buffer
	err := s.pages.ExecuteTemplate(&out, name, p)
	if err != nil {
		return fmt.Errorf("render %s of %q: %w", name, title, err)
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write %s of %q: %w", name, title, err)
	}
	return nil
}

func (s *site) functions() template.FuncMap {
	w := s.text
	return template.FuncMap{
		"translate": w.translateText, "translateHTML": w.translateHTML, "link": link, "time": w.timeHTML, "inEnglish": w.inEnglish, "bdi": isolated, "withClass": withClass, "asSentence": w.asSentence, "upper": language.Upper, "translated": w.translatedText,
		"reasonText": s.reasonText, "clears": s.clears, "because": s.because, "lift": s.lift, "remarks": s.remarks, "borderline": s.borderline,
		"tallyText": w.tallyText, "tallyBasis": w.tallyBasis, "exploitedText": w.exploitedText, "relationName": w.relationName, "outcomeName": w.outcomeName,
		"stages": w.stageList, "withDetail": w.withDetail, "bold": bold, "program": func(g Generator) string { return strings.TrimSpace(g.Name + " " + g.Version) }, "sourceList": sourceList, "levelWithScore": w.levelWithScore, "levels": w.levelList,
		"date": w.Date, "day": w.dayText, "isoDate": isoDate, "percent": w.Percent, "cut": cut,
		"num":       func(n int) string { return w.Number(float64(n)) },
		"stageName": w.stageName, "stageMeaning": w.stageMeaning, "stageClass": stageClass, "stageSymbol": stageSymbol,
		"causeText": w.causeText, "pillarName": w.pillarName, "score": w.scoreText, "scored": scored, "rangeText": w.rangeText, "riskText": w.riskText,
		"level": levelOf, "levelName": w.levelName, "levelClass": levelClass, "glyphRow": glyphRow, "glyphSmall": w.glyphSmall, "glyphLarge": w.glyphLarge,
		"web": web, "advisoryURL": advisoryURL, "shortList": w.shortList, "commit": shortCommit, "repo": shortRepository,
		"page": pagePath, "name": s.name, "catalogList": w.catalogList, "orZero": orZero, "shortfalls": shortfalls, "value": w.valueText, "ruleText": w.ruleText, "sentence": sentence, "severityName": w.severityName, "meter": meter,
		"likeness": w.likenessText, "depthName": w.depthName, "depthSentence": w.depthSentence, "percentOrUnknown": w.percentOrUnknown, "numberOrUnknown": w.numberOrUnknown, "age": w.ageText,
		"timeline":      w.timeline,
		"numberSortKey": w.numberSortKey, "optionalSortKey": w.optionalSortKey, "shareSortKey": shareSortKey, "severitySortKey": severitySortKey, "findingSortKey": findingSortKey, "stageSortKey": stageSortKey, "exploitedSortKey": exploitedSortKey, "daysSortKey": daysSortKey, "publishedSortKey": publishedSortKey, "publishedText": w.publishedText,
	}
}

// name returns the name of a good by its id; the id where it is not in the
// document.
func (s *site) name(id string) string {
	name, known := s.names[id]
	if !known {
		return id
	}
	return s.text.nameOr(name, id)
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
	return cut(w.shortList(items), 400)
}

// levelClass is the CSS class of a level that is set apart from the rest.
func levelClass(level assess.Level) string {
	switch level {
	case assess.Weak, assess.Missing, assess.LevelUnknown:
		return "l-" + string(level)
	}
	return ""
}

func stageSymbol(stage assess.Stage) string { return "s-" + stageClass(stage) }

// meter draws a share from 0 to 1 as a bar, beside the number.
func meter(share float64) template.HTML {
	share = min(max(share, 0), 1)
	return template.HTML(fmt.Sprintf(`<svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><path class="m0" d="M0 0h100v4H0z"/><path class="m1" d="M0 0h%sv4H0z"/></svg>`, coordinate(share*100)))
}
