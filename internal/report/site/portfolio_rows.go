package site

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/table"
)

// renderRows renders rows of the table, and adds them to those of the script.
func (s *edition) renderRows(rows []report.Row, all *table.Rows) ([]template.HTML, error) {
	rendered := make([]template.HTML, len(rows))
	for i, r := range rows {
		var out strings.Builder
		if err := s.pages.ExecuteTemplate(&out, "goodsRow", s.goodsRow(r)); err != nil {
			return nil, fmt.Errorf("render the row of %s: %w", r.ID, err)
		}
		rendered[i] = template.HTML(out.String())
		if err := all.Add(out.String()); err != nil {
			return nil, err
		}
	}
	return rendered, nil
}

// scriptMessage matches the patterns that a script fills.
var scriptMessage = regexp.MustCompile(`\btranslate\("((?:[^"\\]|\\.)*)"`)

// scriptPatterns are the patterns that the scripts of a page fill, those of its data
// among them.
func scriptPatterns(page string) ([]string, error) {
	var patterns []string
	for _, name := range scripts[page] {
		script, err := templateFiles.ReadFile("templates/" + name)
		if err != nil {
			return nil, err
		}
		for _, match := range scriptMessage.FindAllStringSubmatch(string(script), -1) {
			var pattern string
			if err := json.Unmarshal([]byte(`"`+match[1]+`"`), &pattern); err != nil {
				return nil, fmt.Errorf("%s fills %q: %w", name, match[1], err)
			}
			patterns = append(patterns, pattern)
		}
	}
	if page == "portfolio" {
		patterns = append(patterns, dataPatterns()...)
	}
	slices.Sort(patterns)
	return slices.Compact(patterns), nil
}

// dataPatterns are those of the terms in the data of the table.
func dataPatterns() []string {
	patterns := slices.Clone(goals[:])
	for _, stage := range report.StageOrder {
		patterns = append(patterns, report.English.StageName(stage))
	}
	return patterns
}

// scriptTranslations are the translated patterns of the scripts of each page, as JSON. In
// English, and where nothing is translated, there are none.
func (w pageLocalizer) scriptTranslations() (map[string]string, error) {
	all := map[string]string{}
	for page := range scripts {
		patterns, err := scriptPatterns(page)
		if err != nil {
			return nil, err
		}
		translated := map[string]string{}
		for _, pattern := range patterns {
			if text := w.Pattern(pattern); text != pattern {
				translated[pattern] = text
			}
		}
		if len(translated) == 0 {
			continue
		}
		encoded, err := json.Marshal(translated)
		if err != nil {
			return nil, err
		}
		all[page] = string(encoded)
	}
	return all, nil
}

func writeShared(w io.Writer, name string) error {
	content, err := templateFiles.ReadFile("templates/" + name)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

// ScriptPatterns are all patterns that the scripts of the site fill, and those of the
// terms in their data. The pages hold their translations.
func ScriptPatterns() ([]string, error) {
	var all []string
	for page := range scripts {
		patterns, err := scriptPatterns(page)
		if err != nil {
			return nil, err
		}
		all = append(all, patterns...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
