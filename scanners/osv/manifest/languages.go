package manifest

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/midspan/midspan/internal/lazy"
)

// Language is a language by the endings of its files. One without a family has no
// packages of its own: shell, queries, markup with code in it.
type Language struct {
	Family     string
	Extensions string
	// Imports finds the names that code asks for, in its only group; nil where any code
	// asks for a manifest.
	Imports func() *regexp.Regexp
	// Standard is true for a name that comes with the language.
	Standard func(name string) bool
}

// Languages lists the languages that have packages, and those that stand beside them.
// The endings are those of GitHub Linguist (MIT), where they are of one language. The whole of its
// tables, in go-enry, would cost each command 10 milliseconds and 9 MB.
func Languages() []Language {
	any := func() *regexp.Regexp { return nil }
	find := lazy.Pattern
	return []Language{
		{FamilyJavaScript, ".js .jsx .mjs .cjs .ts .tsx .mts .cts .vue .svelte .coffee .astro",
			find(`(?m)(?:\bfrom\s*|\brequire\s*\(?\s*|\bimport\s*\(?\s*)["']([^"'\n]+)["']`), standardNode},
		{FamilyPython, ".py .pyx .ipynb .pyw", find(`(?m)^\s*"?\s*(?:from|import)\s+(\w+)|` +
			`^# dependencies\s*=\s*\[\s*(?:#\s*)?["'](\w[\w.-]*)`), oneOf(pythonStandard)},
		{FamilyGo, ".go", find(`(?m)^\s*(?:import\s+)?(?:[\w.]+\s+)?"([\w.~/-]+)"\s*$`), func(name string) bool {
			first, _, _ := strings.Cut(name, "/")
			return !strings.Contains(first, ".")
		}},
		{FamilyJVM, ".java .kt .kts .scala .groovy .clj .cljs .cljc", find(`(?m)^\s*import\s+(?:static\s+)?([\w.]+)|\(:?(?:require|use)\s+[\['(]*([\w.-]+)`),
			hasPrefix("java.", "javax.", "jdk.", "sun.", "kotlin.", "scala.", "groovy.", "org.w3c.", "org.xml.", "clojure.")},
		{FamilyRuby, ".rb .rake .erb", find(`(?m)^\s*require\s*\(?["']([^"']+)["']`), func(name string) bool {
			first, _, _ := strings.Cut(name, "/")
			return slices.Contains(strings.Fields(rubyStandard), first)
		}},
		{FamilyPHP, ".php .phtml", find(`(?m)^\s*use\s+(?:function\s+|const\s+)?\\?([A-Za-z_]\w*(?:\\\w+)+)|vendor/(autoload)\.php`), never},
		{FamilyRust, ".rs", find(`(?m)^\s*(?:pub\s+)?(?:use|extern\s+crate)\s+(?:::)?(\w+)`), oneOf("std core alloc proc_macro test crate self super")},
		{FamilyDotNet, ".cs .fs .vb", find(`(?m)^\s*(?:global\s+)?(?:using|open|Imports)\s+(?:static\s+)?([A-Z]\w*(?:\.\w+)*)\s*;?\s*$`), func(name string) bool {
			return name == "System" || strings.HasPrefix(name, "System.") || name == "FSharp" || strings.HasPrefix(name, "Microsoft.VisualBasic")
		}},
		{FamilyApple, ".swift .m .mm", find(`(?m)^\s*(?:@testable\s+)?import\s+(?:class\s+|struct\s+|func\s+)?(\w+)|^\s*[@#]import\s+<(\w+)`), oneOf(appleStandard)},
		{FamilyC, ".c .cc .cpp .cxx .c++ .h .hpp .hh .hxx .ino", find(`(?m)^\s*#\s*include\s*<([^>\n]+)>`), standardHeader},
		{FamilyDart, ".dart", find(`(?m)^\s*(?:import|export)\s+["']package:([\w]+)/`), never},
		{FamilyBEAM, ".ex .exs .erl .hrl .gleam", any, never},
		{FamilyHaskell, ".hs .lhs .elm .purs", find(`(?m)^import\s+(?:qualified\s+)?([A-Z][\w.]*)`),
			hasPrefix("Prelude", "Data.", "Control.", "System.", "GHC.", "Text.", "Numeric", "Debug.", "Foreign.")},
		{FamilyR, ".r .rmd", find(`(?m)\b(?:library|require|requireNamespace|loadNamespace)\s*\(\s*["']?([A-Za-z][\w.]*)|\b([A-Za-z][\w.]+):::?\w`),
			func(name string) bool {
				return IsBase("CRAN", name)
			}},
		{FamilyPerl, ".pl .pm .t", find(`(?m)^\s*(?:use|require)\s+([A-Z]\w*(?:::\w+)*)`), oneOf(perlStandard)},
		{FamilyLua, ".lua", find(`\brequire\s*\(?\s*["']([\w./-]+)["']`), oneOf("io os string table math coroutine debug package utf8 bit32 bit jit ffi")},
		{FamilyJulia, ".jl", find(`(?m)^\s*(?:using|import)\s+([A-Z]\w*)`), oneOf(juliaStandard)},
		{FamilyOCaml, ".ml .mli .re", any, never},
		{FamilyNim, ".nim", any, never},
		{FamilyCrystal, ".cr", find(`(?m)^require\s+"([a-z][\w-]*)`),
			oneOf("json yaml http xml csv db uri socket spec log file_utils option_parser base64 digest openssl time big random uuid colorize ini ecr")},
		{FamilyD, ".d", any, never},
		{FamilyZig, ".zig", find(`@import\("([\w-]+)"\)`), oneOf("std builtin root")},
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
