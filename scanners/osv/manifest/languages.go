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
	// Names are whole names of files, in lower case, beside the endings.
	Names string
	// Imports finds the names that code asks for, in its groups; of one group several may
	// stand, with commas. Where it is nil nothing of the code tells what it asks for.
	Imports func() *regexp.Regexp
	// Standard is true for a name that comes with the language.
	Standard func(name string) bool
	// Shipped is true for a name that a project has without naming it in its manifest.
	Shipped func(name string) bool
	// Ignored is text in which no import stands: comments and long texts.
	Ignored func() *regexp.Regexp
	// Always is true where code without a manifest asks for one, whatever it imports.
	Always bool
	// Whole is true where modules of strangers share their first names with others.
	Whole bool
	// Dotted is true where what stands before the first dot of a name tells whose it is.
	Dotted bool
}

// Languages lists the languages that have packages, and those that stand beside them.
// The endings are those of GitHub Linguist (MIT), where they are of one language. The whole of its
// tables, in go-enry, would cost each command 10 milliseconds and 9 MB.
func Languages() []Language {
	return slices.Concat(scriptLanguages(), compiledLanguages(), functionalLanguages(), []Language{
		{Extensions: ".sh .bash .zsh .fish .ps1 .bat .cmd .sql .pls .plsql .html .htm .css .scss .less .sass .xsl .xslt .awk .sed .vim .el .cmake .mk .tcl .m4 .asm .s " +
			".glsl .frag .vert .v .sv .vhd .vhdl .f .f90 .f95 .for .pas " +
			".adb .ads .cob .cbl .sas .do .ado .gms .lisp .scm .pro .nix .tf .hcl .proto .thrift .graphql"},
	})
}

func scriptLanguages() []Language {
	find := lazy.Pattern
	return []Language{
		{Family: FamilyJavaScript, Extensions: ".js .jsx .mjs .cjs .ts .tsx .mts .cts .vue .svelte .coffee .astro",
			Imports:  find(`(?m)(?:\bfrom\s*|\brequire\s*\(?\s*|\bimport\s*\(?\s*)["']([^"'\n]+)["']`),
			Standard: standardNode, Ignored: find(`(?m)^\s*(?://|\*|/\*).*$`)},
		{Family: FamilyPython, Extensions: ".py .pyx .ipynb .pyw",
			Imports: find(`(?m)^\s*"?\s*(?:from\s+(\w+)[\w.]*\s+(?:c?import)\b|c?import\s+([^#\n]+))|` +
				`^# dependencies\s*=\s*\[\s*(?:#\s*)?["'](\w[\w.-]*)|\bimport_module\(\s*["'](\w+)|\b__import__\(\s*["'](\w+)`),
			Standard: oneOf(pythonStandard), Dotted: true, Ignored: find(`(?s)"""(?:[^\\]|\\.)*?"""|'''(?:[^\\]|\\.)*?'''`)},
		{Family: FamilyRuby, Extensions: ".rb .rake .erb .ru .thor", Names: "rakefile guardfile capfile thorfile dangerfile",
			Imports:  find(`(?m)^\s*(?:require|gem)\s*\(?\s*["']([^"']+)["']|^\s*(Bundler)\.require\b`),
			Standard: firstElement(oneOf(rubyStandard + " rake")), Shipped: oneOf("Bundler")},
		{Family: FamilyPHP, Extensions: ".php .phtml",
			Imports:  find(`(?m)^\s*use\s+(?:function\s+|const\s+)?\\?([A-Za-z_]\w*(?:\\\w+)+)|vendor/(autoload)\.php`),
			Standard: never, Shipped: oneOf("autoload")}, // Composer makes it without packages, too
		{Family: FamilyR, Extensions: ".r .rmd .qmd",
			Imports: find(`(?m)\b(?:library|require|requireNamespace|loadNamespace)\s*\(\s*["']?([A-Za-z][\w.]*)|` +
				`\b([A-Za-z][\w.]+):::?\w`),
			Standard: func(name string) bool { return IsBase("CRAN", name) }, Ignored: find(`(?m)^\s*#.*$`)},
		{Family: FamilyPerl, Extensions: ".pl .pm .t", Imports: find(`(?m)^\s*(?:use|require)\s+([A-Z]\w*(?:::\w+)*)`), Standard: oneOf(perlStandard)},
		{Family: FamilyLua, Extensions: ".lua", Imports: find(`\brequire\s*\(?\s*["']([\w./-]+)["']`),
			Standard: oneOf("io os string table math coroutine debug package utf8 bit32 bit jit ffi")},
		{Family: FamilyJulia, Extensions: ".jl", Imports: find(`(?m)^\s*(?:using|import)\s+([A-Z][\w, .]*)`), Standard: oneOf(juliaStandard), Dotted: true},
		{Family: FamilyCrystal, Extensions: ".cr", Imports: find(`(?m)^require\s+"([a-z][\w-]*)`),
			Standard: oneOf("json yaml http xml csv db uri socket spec log file_utils option_parser base64 digest openssl time big random uuid colorize ini ecr")},
	}
}

func compiledLanguages() []Language {
	find := lazy.Pattern
	return []Language{
		{Family: FamilyGo, Extensions: ".go",
			Imports: find(`(?m)^\s*(?:import\s+)?(?:[\w.]+\s+)?"([\w.~/-]+)"\s*(?://.*)?$`), Standard: func(name string) bool {
				first, _, _ := strings.Cut(name, "/")
				return !strings.Contains(first, ".")
			}},
		{Family: FamilyJVM, Extensions: ".java .kt .kts .scala .groovy .clj .cljs .cljc", Imports: find(`(?m)^\s*import\s+(?:static\s+)?([\w.]+)|` +
			`\(:?(?:require|use)\s+'?[\['(]*([\w.-]+)|[\[(]([a-z][\w.-]+)\s+:(?:as|refer|only|rename)\b|` +
			// Scripts say what they need: JBang's, Scala's, Kotlin's and Groovy's.
			`^//\s*DEPS\s+(\S+)|^//>\s*using\s+(?:test\.)?(?:dep|lib)\w*\s+"?([\w.:-]+)|@file:DependsOn\(\s*"([^"]+)|@Grab\(\s*["']([^"']+)`), Standard: standardJVM},
		{Family: FamilyRust, Extensions: ".rs", Imports: find(`(?m)^\s*(?:pub(?:\([^)]*\))?\s+)?(?:use|extern\s+crate)\s+\{?\s*(?:::)?([a-z_]\w*)`),
			Standard: oneOf("std core alloc proc_macro test crate self super")},
		{Family: FamilyDotNet, Extensions: ".cs .fs .vb",
			Imports: find(`(?m)^\s*(?:global\s+)?(?:using|open|Imports)\s+(?:static\s+)?([A-Z]\w*(?:\.\w+)*)\s*;?\s*$|^#:package\s+([\w.-]+)`),
			Standard: func(name string) bool {
				return name == "System" || strings.HasPrefix(name, "System.") || name == "FSharp" || strings.HasPrefix(name, "Microsoft.VisualBasic")
			},
			Shipped: hasPrefix("Microsoft.AspNetCore", "Microsoft.Extensions", "Microsoft.CSharp", "Microsoft.Win32", "Microsoft.JSInterop", "Microsoft.FSharp",
				"FSharp.Core",
				"Windows.", "UnityEngine", "UnityEditor")},
		{Family: FamilyApple, Extensions: ".swift .m .mm",
			Imports: find(`(?m)^\s*(?:@testable\s+)?import\s+(?:class\s+|struct\s+|func\s+)?(\w+)|^\s*[@#]import\s+<(\w+)`), Standard: oneOf(appleStandard)},
		{Family: FamilyC, Extensions: ".c .cc .cpp .cxx .c++ .h .hpp .hh .hxx .ino",
			Imports: find(`(?m)^\s*#\s*include\s*(?:<([^>\n]+)>|"(\w[\w.-]*/[^"\n]+)")`), Standard: standardHeader},
		{Family: FamilyDart, Extensions: ".dart", Imports: find(`(?m)^\s*(?:import|export)\s+["']package:([\w]+)/`), Standard: never},
		{Family: FamilyZig, Extensions: ".zig", Imports: find(`@import\("([\w-]+)"\)`), Standard: oneOf("std builtin root")},
		{Family: FamilyD, Extensions: ".d",
			Imports:  find(`(?m)^\s*(?:(?:public|static|private)\s+)?import\s+([\w.]+)`),
			Standard: hasPrefix("std.", "core.", "etc.", "object"), Always: true},
		{Family: FamilyNim, Extensions: ".nim",
			Imports: find(`(?m)^\s*(?:import|from)\s+(\w[\w/, ]*)`), Standard: firstElement(oneOf(nimStandard)), Always: true},
	}
}

func functionalLanguages() []Language {
	find := lazy.Pattern
	return []Language{
		{Family: FamilyBEAM, Extensions: ".ex .exs .erl .hrl .gleam", Imports: find(`(?m)^\s*(?:use|import|require)\s+([A-Z]\w*(?:\.[A-Z]\w*)*)|` +
			`(?:^|[^\w.:%&"])([A-Z]\w*)(?:\.[A-Z]\w*)*\.[a-z_]\w*[!?]?\(|-include_lib\("(\w+)/`), Standard: oneOf(elixirStandard), Dotted: true,
			Ignored: find(`(?s)"""(?:[^\\]|\\.)*?"""|(?-s)(?m:^\s*[#%].*$)`), Always: true},
		{Family: FamilyHaskell, Extensions: ".hs .lhs .elm .purs",
			Imports:  find(`(?m)^>?\s*import\s+(?:safe\s+)?(?:qualified\s+)?(?:"[^"]*"\s+)?([A-Z][\w.]*)`),
			Standard: standardHaskell, Whole: true},
		{Family: FamilyOCaml, Extensions: ".ml .mli .re", Imports: find(`(?m)^\s*open!?\s+([A-Z]\w*)`), Standard: oneOf(ocamlStandard), Always: true},
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
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "node:") || strings.ContainsAny(name, " ${}()<>,;") ||
		strings.HasPrefix(name, "@/") || strings.HasPrefix(name, "~") || strings.HasPrefix(name, "#") { // names of bundlers for the project's own folders
		return true
	}
	return isOfNode(name)
}

// firstElement asks of the first element of a path.
func firstElement(standard func(string) bool) func(string) bool {
	return func(name string) bool {
		first, _, _ := strings.Cut(name, "/")
		return standard(first)
	}
}

// standardJVM is true for what comes with Java, Kotlin, Scala, Groovy, Clojure or Android.
// Most of "javax." and all of "jakarta." are packages.
func standardJVM(name string) bool {
	if rest, ok := strings.CutPrefix(name, "javax."); ok {
		first, _, _ := strings.Cut(rest, ".")
		return isOfJavax(first)
	}
	return hasPrefix("java.", "jdk.", "sun.", "com.sun.", "kotlin.", "scala.", "groovy.", "org.w3c.", "org.xml.", "org.ietf.", "org.omg.", "clojure.",
		"android.", "dalvik.")(name) && !strings.HasPrefix(name, "android.support.") && !strings.HasPrefix(name, "android.arch.")
}

// standardHeader is true for the headers of C, C++ and POSIX.
func standardHeader(name string) bool {
	for _, prefix := range []string{"sys/", "arpa/", "net/", "netinet/", "linux/", "asm/", "bits/", "mach/", "experimental/", "avr/", "util/"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return !strings.ContainsAny(name, "./") || isOfC(strings.TrimSuffix(name, ".h"))
}

// standardHaskell is true for the modules of the packages that come with GHC.
func standardHaskell(name string) bool {
	if isOfHaskell(name) {
		return true
	}
	for _, parent := range strings.Fields(haskellTrees) {
		if strings.HasPrefix(name, parent+".") || name == parent {
			return true
		}
	}
	return false
}

// What comes with languages, as sets.
var (
	isOfNode    = firstElement(oneOf(nodeStandard))
	isOfJavax   = oneOf(javaxStandard)
	isOfC       = oneOf(cStandard)
	isOfHaskell = oneOf(haskellStandard)
)

// flutterStart is code that Flutter writes into each app, to start it on a system.
var flutterStart = lazy.Pattern(`(?:^|/)(?:linux|windows|macos|ios)/(?:[fF]lutter|[rR]unner|[rR]unnerTests)/|(?:^|/)linux/(?:main|my_application)\.\w+$`)

// StartsFlutter reports a path of code that Flutter writes into each app.
func StartsFlutter(name string) bool {
	for _, system := range []string{"linux/", "windows/", "macos/", "ios/"} {
		if strings.Contains(name, system) {
			return flutterStart().MatchString(name)
		}
	}
	return false
}
