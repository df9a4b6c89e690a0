package site

// scriptName is the script of the portfolio page. It loads files of package table: a page
// opened from a disk may load a script from beside it, but may read nothing else.
const scriptName = "portfolio.js"

// sharedScript holds what the scripts share.
const sharedScript = "words.js"

// searchScript searches the index that package search wrote.
const searchScript = "search.js"

// sortScript sorts the tables of pages that have no other script.
const sortScript = "sort.js"

// goodScript lets a reader change what is assumed on the page of a good, and copies the
// upgrade plan. It fills no pattern.
const goodScript = "good.js"

// scripts are those of the pages that have some, in the order in which they run.
var scripts = map[string][]string{
	"portfolio": {sharedScript, scriptName}, "compare": {sharedScript, compareScript}, "search": {sharedScript, searchScript},
	"across": {sharedScript, sortScript}, "evidence": {sharedScript, sortScript}, "good": {goodScript},
}

// The style sheets: of all pages, of the page that compares goods, and of a sheet to print.
const (
	styleSheet   = "style.css"
	compareSheet = "compare.css"
	briefSheet   = "brief.css"
)

// ownSheets are the style sheets of kinds of page, beside that of all.
var ownSheets = map[string]string{"compare": compareSheet, "board": boardSheet, "brief": briefSheet}

// sharedFiles are the files that the pages of all languages share.
var sharedFiles = []string{styleSheet, compareSheet, boardSheet, briefSheet, sharedScript, scriptName, compareScript, searchScript, sortScript, goodScript}

// scriptsOf are the scripts of a page: none of a page of a good that has nothing to sort,
// to copy or to assume.
func scriptsOf(name string, view any) []string {
	if d, ok := view.(scripted); ok && !d.hasScripts() {
		return nil
	}
	return scripts[name]
}

// scripted is a page that may need no script.
type scripted interface{ hasScripts() bool }
