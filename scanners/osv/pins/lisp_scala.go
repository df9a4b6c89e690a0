package pins

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
)

var (
	clojureVector  = lazy.Pattern(`(#_\s*)?\[\s*([A-Za-z][\w.*+!?<>-]*(?:/[\w.*+!?<>-]+)?)\s+"([^"\n]+)"`)
	clojureVersion = lazy.Pattern(`(#_\s*)?([A-Za-z][\w.*+!?<>-]*(?:/[\w.*+!?<>-]+)?)(?:\$\w+)?\s*\{[^{}]*?:mvn/version\s+"([^"\n]+)"`)
	clojureMany    = lazy.Pattern(`:(dev|test)\s*\{`)
)

// readClojure reads the coordinates of Leiningen, Boot and Clojure's own tools.
func readClojure(m Manifest, l *list) {
	text := likeLisp.blank(m.Text)
	development := developmentSpans(text)
	for _, pattern := range []func() *regexp.Regexp{clojureVector, clojureVersion} {
		for _, at := range pattern().FindAllSubmatchIndex(text, -1) {
			if at[2] >= 0 {
				continue // "#_" takes the next form out
			}
			group, artifact, found := strings.Cut(string(text[at[4]:at[5]]), "/")
			if !found {
				artifact = group
			}
			use := ""
			if slices.ContainsFunc(development, func(span [2]int) bool { return at[0] > span[0] && at[0] < span[1] }) {
				use = "dev"
			}
			l.addMaven(group, artifact, string(text[at[6]:at[7]]), use)
		}
	}
}

func developmentSpans(text []byte) (spans [][2]int) {
	for _, at := range clojureMany().FindAllIndex(text, mostBlocks) {
		spans = append(spans, [2]int{at[0], at[1] + len(likeLisp.enclosed(text[at[1]-1:]))})
	}
	return spans
}

var (
	scalaModule = lazy.Pattern(`"([\w.-]+)"\s*(%{1,3})\s*"([\w.-]+)"\s*%\s*(?:"([^"\n]+)"|([\w.]+))(?:\s*%\s*(?:"(\w+)|(\w+)))?`)
	scalaValue  = lazy.Pattern(`\b(?:val|def|lazy val)\s+(\w+)\s*(?::\s*String)?\s*=\s*"([^"\n]+)"`)
	scalaOwn    = lazy.Pattern(`\bscalaVersion\b[^"\n]{0,40}"(\d+\.\d+)[^"\n]*"`)
	scalaIvy    = lazy.Pattern(`(?:\b(?:ivy|mvn)"|\$ivy\.` + "`" + `|//>\s*using\s+(test\.)?(?:dep|lib)s?\s+"?)([\w.-]+)(:{1,2})([\w.-]+):{1,2}([\w.+-]+)`)
)

// readScala reads the modules that builds of Scala name: those of sbt, Mill and Scala CLI.
// "%%" and "::" put the version of Scala behind a name, where one is set.
func readScala(m Manifest, l *list) {
	text := likeC.blank(m.Text)
	suffix := scalaSuffix(text)
	if suffix == "" {
		suffix = scalaSuffix(likeC.blank(m.readUpward("build.sbt")))
	}
	if suffix == "" && path.Base(path.Dir(m.Path)) == "project" {
		suffix = scalaSuffix(likeC.blank(m.Read(path.Join(path.Dir(m.Path), "../build.sbt"))))
	}
	values := map[string]string{}
	for _, source := range [][]byte{text, m.Read(path.Join(path.Dir(m.Path), "project/Versions.scala")),
		m.Read(path.Join(path.Dir(m.Path), "project/Dependencies.scala"))} {
		for _, match := range scalaValue().FindAllSubmatch(likeC.blank(source), -1) {
			setOnce(values, string(match[1]), string(match[2]))
		}
	}
	for _, match := range scalaModule().FindAllSubmatch(text, -1) {
		artifact, version, use := string(match[3]), string(match[4]), ""
		if name := string(match[5]); name != "" {
			version = values[lastPart(name)]
		}
		if string(match[2]) != "%" {
			if suffix == "" || len(match[2]) > 2 {
				continue
			}
			artifact += suffix
		}
		if strings.EqualFold(string(match[6])+string(match[7]), "test") {
			use = "test"
		}
		l.addMaven(string(match[1]), artifact, version, use)
	}
	for _, match := range scalaIvy().FindAllSubmatch(m.Text, -1) {
		artifact, use := string(match[4]), ""
		if len(match[3]) > 1 {
			if suffix == "" {
				continue
			}
			artifact += suffix
		}
		if len(match[1]) > 0 {
			use = "test"
		}
		l.addMaven(string(match[2]), artifact, string(match[5]), use)
	}
}

// scalaSuffix is what stands behind the names of modules for the version of Scala that a
// text sets: "_2.13", "_3". It is "" where none is set, or several.
func scalaSuffix(text []byte) string {
	suffix := ""
	for _, match := range scalaOwn().FindAllSubmatch(text, -1) {
		found := "_" + string(match[1])
		if strings.HasPrefix(found, "_3.") {
			found = "_3"
		}
		if suffix != "" && suffix != found {
			return ""
		}
		suffix = found
	}
	return suffix
}
