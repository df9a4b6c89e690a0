package osv

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
)

// Bounds on the search for what code imports.
const (
	leastShare    = 20  // a language asks for a manifest from one file of so many on
	mostSources   = 400 // files that are searched of a language
	largestImport = 80  // characters of a name that is shown
)

// codeLanguage is a language by the endings of its files. One without a family has no
// packages of its own: shell, queries, markup with code in it.
type codeLanguage struct {
	family     string
	extensions string
	// imports finds the names that code asks for, in its only group; nil where any code
	// asks for a manifest.
	imports func() *regexp.Regexp
	// standard is true for a name that comes with the language.
	standard func(name string) bool
}

// codeLanguages lists the languages that have packages, and those that stand beside them.
// The endings are those of GitHub Linguist (MIT), where they are of one language. The whole of its
// tables, in go-enry, would cost each command 10 milliseconds and 9 MB.
func codeLanguages() []codeLanguage {
	any := func() *regexp.Regexp { return nil }
	find := func(pattern string) func() *regexp.Regexp {
		return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
	}
	return []codeLanguage{
		{familyJavaScript, ".js .jsx .mjs .cjs .ts .tsx .mts .cts .vue .svelte .coffee .astro",
			find(`(?m)(?:\bfrom\s*|\brequire\s*\(?\s*|\bimport\s*\(?\s*)["']([^"'\n]+)["']`), standardNode},
		{familyPython, ".py .pyx .ipynb .pyw", find(`(?m)^\s*"?\s*(?:from|import)\s+(\w+)`), oneOf(pythonStandard)},
		{familyGo, ".go", find(`(?m)^\s*(?:import\s+)?(?:[\w.]+\s+)?"([\w.~/-]+)"\s*$`), func(name string) bool {
			first, _, _ := strings.Cut(name, "/")
			return !strings.Contains(first, ".")
		}},
		{familyJVM, ".java .kt .kts .scala .groovy .clj .cljs .cljc", find(`(?m)^\s*import\s+(?:static\s+)?([\w.]+)|\(:?(?:require|use)\s+[\['(]*([\w.-]+)`),
			hasPrefix("java.", "javax.", "jdk.", "sun.", "kotlin.", "scala.", "groovy.", "org.w3c.", "org.xml.", "clojure.")},
		{familyRuby, ".rb .rake .erb", find(`(?m)^\s*require\s*\(?["']([^"']+)["']`), func(name string) bool {
			first, _, _ := strings.Cut(name, "/")
			return slices.Contains(strings.Fields(rubyStandard), first)
		}},
		{familyPHP, ".php .phtml", find(`(?m)^\s*use\s+(?:function\s+|const\s+)?\\?([A-Za-z_]\w*(?:\\\w+)+)|vendor/(autoload)\.php`), never},
		{familyRust, ".rs", find(`(?m)^\s*(?:pub\s+)?(?:use|extern\s+crate)\s+(?:::)?(\w+)`), oneOf("std core alloc proc_macro test crate self super")},
		{familyDotNet, ".cs .fs .vb", find(`(?m)^\s*(?:global\s+)?(?:using|open|Imports)\s+(?:static\s+)?([A-Z]\w*(?:\.\w+)*)\s*;?\s*$`), func(name string) bool {
			return name == "System" || strings.HasPrefix(name, "System.") || name == "FSharp" || strings.HasPrefix(name, "Microsoft.VisualBasic")
		}},
		{familyApple, ".swift .m .mm", find(`(?m)^\s*(?:@testable\s+)?import\s+(?:class\s+|struct\s+|func\s+)?(\w+)|^\s*[@#]import\s+<(\w+)`), oneOf(appleStandard)},
		{familyC, ".c .cc .cpp .cxx .c++ .h .hpp .hh .hxx .ino", find(`(?m)^\s*#\s*include\s*<([^>\n]+)>`), standardHeader},
		{familyDart, ".dart", find(`(?m)^\s*(?:import|export)\s+["']package:([\w]+)/`), never},
		{familyBEAM, ".ex .exs .erl .hrl .gleam", any, never},
		{familyHaskell, ".hs .lhs .elm .purs", find(`(?m)^import\s+(?:qualified\s+)?([A-Z][\w.]*)`),
			hasPrefix("Prelude", "Data.", "Control.", "System.", "GHC.", "Text.", "Numeric", "Debug.", "Foreign.")},
		{familyR, ".r .rmd", find(`(?m)\b(?:library|require|requireNamespace|loadNamespace)\s*\(\s*["']?([A-Za-z][\w.]*)|\b([A-Za-z][\w.]+):::?\w`),
			func(name string) bool {
				return slices.Contains(basePackages["CRAN"], strings.ToLower(name))
			}},
		{familyPerl, ".pl .pm .t", find(`(?m)^\s*(?:use|require)\s+([A-Z]\w*(?:::\w+)*)`), oneOf(perlStandard)},
		{familyLua, ".lua", find(`\brequire\s*\(?\s*["']([\w./-]+)["']`), oneOf("io os string table math coroutine debug package utf8 bit32 bit jit ffi")},
		{familyJulia, ".jl", find(`(?m)^\s*(?:using|import)\s+([A-Z]\w*)`), oneOf(juliaStandard)},
		{familyOCaml, ".ml .mli .re", any, never},
		{familyNim, ".nim", any, never},
		{familyCrystal, ".cr", find(`(?m)^require\s+"([a-z][\w-]*)`),
			oneOf("json yaml http xml csv db uri socket spec log file_utils option_parser base64 digest openssl time big random uuid colorize ini ecr")},
		{familyD, ".d", any, never},
		{familyZig, ".zig", find(`@import\("([\w-]+)"\)`), oneOf("std builtin root")},
		{"", ".sh .bash .zsh .fish .ps1 .bat .cmd .sql .pls .plsql .html .htm .css .scss .less .sass .xsl .xslt .awk .sed .vim .el .cmake .mk .tcl .m4 .asm .s " +
			".glsl .frag .vert .v .sv .vhd .vhdl .f .f90 .f95 .for .pas " +
			".adb .ads .cob .cbl .sas .do .ado .gms .lisp .scm .pro .nix .tf .hcl .proto .thrift .graphql", any, never},
	}
}

func never(string) bool { return false }

func oneOf(list string) func(string) bool {
	names := sync.OnceValue(func() map[string]bool {
		set := map[string]bool{}
		for name := range strings.FieldsSeq(list) {
			set[name] = true
		}
		return set
	})
	return func(name string) bool { return names()[name] }
}

func hasPrefix(prefixes ...string) func(string) bool {
	return func(name string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	}
}

func standardNode(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "node:") || strings.ContainsAny(name, " ${}()<>,;") {
		return true
	}
	first, _, _ := strings.Cut(name, "/")
	return slices.Contains(strings.Fields(nodeStandard), first)
}

// standardHeader is true for the headers of C, C++ and POSIX.
func standardHeader(name string) bool {
	for _, prefix := range []string{"sys/", "arpa/", "net/", "netinet/", "linux/", "asm/", "bits/", "mach/", "experimental/", "avr/", "util/"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return !strings.ContainsAny(name, "./") || slices.Contains(strings.Fields(cStandard), strings.TrimSuffix(name, ".h"))
}

// quietFolders hold code that does not run where the good is used.
var quietFolders = []string{"docs", "doc", "example", "examples", "sample", "samples", "test", "tests", "spec", "specs", "__tests__", "e2e", "benchmarks",
	"dist", "static",
	"public", "assets", "generated", ".github", "migrations", ".storybook", "cypress"}

// code counts the sources of a snapshot by language.
type code struct {
	byExtension map[string]int // index of the language
	languages   []codeLanguage
}

func newCode() code {
	c := code{languages: codeLanguages(), byExtension: map[string]int{}}
	for i, language := range c.languages {
		for extension := range strings.FieldsSeq(language.extensions) {
			c.byExtension[extension] = i
		}
	}
	return c
}

// of is the index of the language of a file of code that runs, or -1.
func (c code) of(name string) int {
	language, ok := c.byExtension[strings.ToLower(path.Ext(name))]
	if !ok || inForeignFolder(name) || strings.HasSuffix(name, ".min.js") || strings.HasSuffix(name, ".d.ts") {
		return -1
	}
	for part := range strings.SplitSeq(path.Dir(name), "/") {
		if slices.Contains(quietFolders, strings.ToLower(part)) {
			return -1
		}
	}
	return language
}

// languageNotes notes the languages that make up a part of the code, ask for packages and
// have no manifest that was read: nobody knows what runs with them.
func (s *Scanner) languageNotes(snapshot *gitrepo.Snapshot, found fileSelection, read map[string]bool) []observation.Note {
	total := 0
	for _, files := range found.sources {
		total += len(files)
	}
	var notes []observation.Note
	for i, files := range found.sources {
		language := s.code.languages[i]
		if len(files) == 0 || language.family == "" || read[language.family] || len(files)*leastShare < total {
			continue
		}
		file, name, asks := asksForPackages(snapshot, language, files)
		if !asks {
			continue
		}
		message := fmt.Sprintf("no manifest of %s was read, which is %d %% of the files of code: what %s needs is not in the inventory",
			language.family, (100*len(files)+total/2)/total, describePaths(pathsOf(files), "the source", "sources"))
		if name != "" {
			message += fmt.Sprintf("; %s asks for %s", file, name)
		}
		notes = append(notes, observation.Note{Cause: observation.CauseUnsupported, Subject: file, Message: message + "; commit a manifest with its lockfile"})
	}
	return notes
}

func pathsOf(files []gitrepo.File) []string {
	var paths []string
	for _, file := range files {
		paths = append(paths, file.Path)
	}
	slices.Sort(paths)
	return paths
}

// asksForPackages searches sources for a name that does not come with their language and is
// not theirs. Sources that the mirror lacks may name one; so may those beyond a bound.
func asksForPackages(snapshot *gitrepo.Snapshot, language codeLanguage, files []gitrepo.File) (file, name string, asks bool) {
	expression := language.imports()
	if expression == nil || len(files) > mostSources {
		return files[0].Path, "", true
	}
	own := ownNames(language, snapshot.Files())
	var texts [][]byte
	for _, f := range files {
		text, err := readText(snapshot, f)
		if err != nil {
			return f.Path, "", true
		}
		texts = append(texts, text)
		for _, declared := range declaration.FindAllSubmatch(text, -1) {
			own[strings.ToLower(firstOf(string(declared[1])))] = true
		}
	}
	for i, text := range texts {
		for _, match := range expression.FindAllSubmatch(text, -1) {
			imported := string(match[1])
			if len(match) > 2 && imported == "" {
				imported = string(match[2])
			}
			if imported != "" && !language.standard(imported) && !own[strings.ToLower(firstOf(imported))] && !own[strings.ToLower(path.Base(imported))] {
				return files[i].Path, observation.OneLine(imported[:min(len(imported), largestImport)]), true
			}
		}
	}
	return "", "", false
}

// declaration is a name that code gives itself.
var declaration = regexp.MustCompile(`(?m)^\s*(?:package|namespace|module|ns|\(ns)\s+\\?([\w.\\:]+)`)

// firstOf are the parts of a dotted name that tell whose it is: two of a Java package, one
// of others.
func firstOf(name string) string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(`.\:/`, r) })
	switch {
	case len(parts) == 0:
		return name
	case len(parts) > 1 && strings.ToLower(parts[0]) == parts[0] && strings.Contains(name, ".") && !strings.Contains(name, "/"):
		return parts[0] + "." + parts[1]
	}
	return parts[0]
}

// ownNames are the names of the folders and sources of a language's files.
func ownNames(language codeLanguage, files []gitrepo.File) map[string]bool {
	own := map[string]bool{}
	for _, file := range files {
		base := path.Base(file.Path)
		extension := path.Ext(base)
		if !slices.Contains(strings.Fields(language.extensions), strings.ToLower(extension)) {
			continue
		}
		own[strings.ToLower(strings.TrimSuffix(base, extension))] = true
		own[strings.ToLower(base)] = true
		if language.family == familyJVM {
			continue // packages are declared
		}
		for part := range strings.SplitSeq(path.Dir(file.Path), "/") {
			own[strings.ToLower(part)] = true
		}
	}
	return own
}
