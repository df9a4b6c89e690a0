package maintenance

import (
	"slices"
	"strings"
	"unicode"

	"github.com/midspan/midspan/internal/lazy"
)

// This file is the one list of what is a machine and not a person. A commit is
// a bot's where its author's name or address, folded to lower case, meets one
// of these rules. testdata/authors.tsv holds examples; add a line for one that is misread.
//
//   - the name, or the login of a noreply address, ends in "[bot]": every
//     GitHub App commits under such a name;
//   - the name, what stands in brackets and a version at its end aside, ends in a word
//     for a machine (machineWords: "bot", "ci", "automation", "action"), or for a machine's
//     task behind the name of one (machineTasks: "Jenkins Builder"), begins with
//     "automated" or "automatic", or begins with "bot" and a number ("bot-4000");
//   - it is one word that ends in "bot" or in a capital "Bot" and is no surname
//     (surnamesInBot: "Talbot", "Abbot"), or in "ci" behind the name of the domain of
//     its address ("examplesci" at examples.org) or of the account that owns the repository;
//   - it is called a service account, or begins like one ("svc-deploy");
//   - the name, its separators aside, is one of botNames;
//   - the address is one of botAddresses, or its local part is a machine's (machineLocals)
//     or ends in "bot" as a word.
//
// Bot, Robot, Action, Pipeline and others (surnames) are surnames too: behind a given name
// (givenNames), an initial ("J. Bot") or a particle ("Marije de Bot"), or where the address is
// made of an initial and the surname, or of both names of somebody who is not called like a
// machine's work (machineWork), they are a person's.
//
// What a person commits with a machine's help is that person's; what a coding
// agent commits under its own name is not a person's.

// botNames are written without separators: "pre-commit-ci" is "precommitci".
// Whole names only, and none that is a first name: people called Travis, Claude
// or Jules stay people, their machine namesakes are known by address.
var botNames = set(
	// dependencies
	"dependabot", "dependabotpreview", "dependabotsupport", "renovate", "renovatebot", "whitesourcerenovate",
	"mendrenovate", "greenkeeper", "greenkeeperio", "pyup", "pyupio", "pyupbot", "scalasteward", "depfu", "snyk",
	"snykbot", "snyktest", "requiresio", "nixpkgsupdate", "updatecli", "versioneye", "whitesourcebolt", "dependencyupdater",
	"selfhostedrenovate", "renovateselfhosted", "dependencybot",
	// continuous integration and releases
	"ci", "cicd", "gitbook", "cloudflareworkersandpages", "cloudflarepages", "readthedocs", "automation", "builder",
	"deployer", "autobuild", "autobuilder", "autorelease", "releasebotapp", "githubpages", "ghpages", "travisbuilder",
	"githubactions", "githubaction", "githubactionsuser", "actionsuser", "gitlabci", "gitlabrunner", "travisci",
	"traviscibuild", "travisciuser", "deploymentbottravisci", "jenkins", "jenkinsci", "circleci", "circlecibot",
	"circlecideploy", "appveyor", "azurepipelines", "bitbucketpipelines", "codeship", "droneci", "semaphoreci",
	"teamcity", "buildkite", "netlify", "vercel", "heroku", "precommitci", "precommit", "semanticrelease",
	"semanticreleasebot", "releaseplease", "releasedrafter", "releaseontag", "goreleaser", "goreleaserbot", "standardversion",
	"continuousintegration", "cibot", "ciuser", "buildbot", "githubmergequeue", "nightlybuild", "nightlybuilds", "wwwdata", "googlecodeexporter",
	"argocd", "argocdimageupdater", "fluxcd", "fluxcdbot", "tekton", "woodpecker", "woodpeckerci", "concourse", "concourseci", "bamboo",
	"codefresh", "gocd", "terraform", "terraformcloud", "opentofu", "pulumi", "ansible",
	"buildmaster", "releasemaster", "releaseengineering", "autocommitter", "crondaemon", "scheduledjob", "scheduler", "nightlyjob",
	"systemaccount", "technicaluser",
	"technicalaccount", "machineuser", "machineaccount", "functionaluser", "robotaccount", "gitlab", "gitea", "forgejo", "bitbucket", "webflow",
	"githubwebflow", "copybara", "copybaraservice", "kubernetespublisher", "prow", "zuul", "gerrit", "phabricator", "autoroller", "autoroll",
	// review and housekeeping
	"mergify", "bors", "codacy", "codacybadger", "codefactor", "codecov", "codeclimate", "deepsource", "deepsourceautofix",
	"sonarcloud", "lgtmcom", "restyled", "restyledio", "imgbot", "gitauto", "houndci", "tagbot", "juliatagbot", "compathelper",
	"juliaregistrator", "condaforgeadmin", "condaforgelinter", "autopep8",
	"clangformat", "blackformatter", "prettier", "eslint", "rubocop", "ruff", "styleci",
	"allcontributors", "allcontributorsbot", "fossa", "fossabot", "gitterbadger", "readmebot", "probot",
	"stepsecurity", "stepsecuritybot", "prettierci", "autofixci", "autoformatter",
	"imgbotapp", "gitlocalize", "stale", "codespell", "licensebot", "clabot", "classistant", "todobot", "welcomebot",
	// translation platforms
	"weblate", "hostedweblate", "weblatetranslation", "codebergtranslate", "transifex", "transifexintegration", "crowdin",
	"crowdinsync", "lokalise", "lokaliseautomation", "pontoon", "mozillapontoon", "translatewiki", "translatewikinet",
	"localisationupdaterbot", "l10nbot", "localisationupdater", "poeditor", "poeditorcom", "zanata", "launchpadtranslations", "pootle",
	// coding agents
	"claudecode", "copilot", "githubcopilot", "copilotsweagent", "cursoragent", "devinai", "devinaiintegration",
	"googlelabsjules", "openhands", "sweepai", "codegenai",
)

// botAddresses are whole addresses, for machines whose name may be anyone's.
var botAddresses = set(
	"support@dependabot.com",
	"support@greenkeeper.io",
	"bot@renovateapp.com",
	"renovate@whitesourcesoftware.com",
	"snyk-bot@snyk.io",
	"snyk-test@snyk.io",
	"github+bot@snyk.io",
	"badges@fossa.io",
	"action@github.com",
	"actions@github.com",
	"github-actions@github.com",
	"builds@travis-ci.org",
	"builds@travis-ci.com",
	"deploy@travis-ci.org",
	"travis@travis-ci.org",
	"ci@circleci.com",
	"semantic-release-bot@martynus.net",
	"noreply@weblate.org",
	"hosted@weblate.org",
	"admin@transifex.com",
	"support@transifex.com",
	"support@crowdin.com",
	"l10n-bot@translatewiki.net",
	"support@lokalise.com",
	"badger@codacy.com",
	"badger@gitter.im",
	"support@pyup.io",
	"github-bot@pyup.io",
	"support@codefactor.io",
	"bot@stepsecurity.io",
	"noreply@anthropic.com",
	"copilot@github.com",
	"cursoragent@cursor.com",
)

func set(items ...string) map[string]bool {
	m := make(map[string]bool, len(items))
	for _, item := range items {
		m[item] = true
	}
	return m
}

// machineWords end a name of several words: "Docs Action", "project-ci", "Update Robot".
var machineWords = set("bot", "robot", "ci", "cicd", "automation", "action", "actions", "daemon", "pipeline", "pipelines", "workflow",
	"workflows", "runner", "webhook", "autobot", "crawler", "cron", "cronjob", "autocommit", "autoupdate", "autoupdater")

// machineServers are what stands before "server", "user", "account" or "service" where that
// is a machine: "Automation Server", "ci user".
var machineServers = set("automation", "build", "ci", "jenkins", "release", "deploy", "deployment", "bot", "service", "sync", "backup", "integration",
	"continuous integration", "translation", "docs", "documentation", "publish")

// machineLocals are whole local parts of an address.
var machineLocals = set("bot", "robot", "ci", "cibot", "buildbot", "github-actions", "githubactions", "github-action", "gitlab-ci", "jenkins-ci", "actions",
	"renovate", "dependabot", "automation", "build-bot", "no-reply-bot", "autobuild", "release-automation", "cron", "cronjob")

// machineTasks end a name whose other words are a machine's (botNames, machineServers:
// "Jenkins Builder", "POEditor Integration"), or one that is written without blanks
// ("dataset-updater"). Each is a surname or a given name too.
var machineTasks = set("builder", "updater", "exporter", "importer", "deployer", "syncer", "scraper", "fetcher", "publisher", "uploader", "integration",
	"sync", "import", "export", "job", "agent", "app", "bumper", "tagger", "formatter", "generator", "committer", "merger", "linter", "watcher",
	"scheduler",
	"backporter", "autofixer", "cleaner", "mirror", "worker", "manager", "master", "maintainer", "pusher", "uploader", "translator",
	"converter", "packager")

// roles are machineTasks that people give themselves in front of other words
// ("community-manager"): only a machine's work before them makes a machine.
var roles = set("manager", "master", "maintainer", "worker", "translator", "packager")

// surnamesInBot are surnames and first names of one word that end like a bot.
var surnamesInBot = set("abbot", "talbot", "cabot", "chabot", "ribot", "joubot", "lebot", "bobot", "jabot", "turbot", "mrbot", "misterbot", "garbot",
	"tarbot", "herbot", "corbot", "robot", "gobot", "barbot", "rabot", "guerbot", "libot", "thibot", "jacobot", "sabot", "elbot", "nabot")

// surnames are machineWords and machineTasks that people are called, too.
var surnames = set("bot", "robot", "action", "pipeline", "runner", "daemon", "crawler", "cron", "builder", "agent", "job", "webhook", "workflow",
	"automation", "ci", "updater", "sync", "server", "service", "user", "account", "import", "export", "app", "manager", "master", "publisher", "tagger",
	"cleaner", "watcher", "worker", "mirror", "scraper", "maintainer", "packager", "translator", "converter", "pusher", "committer", "linter", "scheduler")

// particles stand between a given name and a surname: "Marije de Bot".
var particles = set("de", "den", "der", "van", "von", "vom", "zu", "ter", "ten", "te", "het", "'t",
	"la", "le", "el", "al", "da", "di", "do", "dos", "das", "du", "del",
	"bin", "ibn", "ben", "mac", "af", "av")

// machineWork is what stands before such a word where it is a machine: "Docs Action".
var machineWork = set("app", "auto", "aws", "azure", "backup", "bot", "build", "changelog", "ci", "clean", "cleanup", "cloud", "code", "commit", "coverage",
	"cron",
	"data", "dataset", "deploy", "deployment", "dependency", "dev", "docker", "docs", "documentation", "format", "formatter", "gh", "git",
	"gitea", "github",
	"gitlab", "grpc", "i18n", "import", "index", "integration", "issue", "jenkins", "l10n", "label", "license", "lint",
	"linter", "maintenance", "merge", "nightly",
	"npm", "openapi", "package", "pr", "prettier", "production", "project", "protobuf", "publish", "python", "readme",
	"release", "repo", "repository", "scheduled",
	"script", "security",
	"semantic", "server", "site", "snapshot", "staging", "stale", "stats", "swagger", "sync", "test", "testing", "tool",
	"translation", "update", "upload", "version",
	"web", "website", "wiki", "workflow")

var (
	inBrackets   = lazy.Pattern(`\s*\([^()]*\)\s*$`)
	versionAtEnd = lazy.Pattern(`[\s_-]+v?\d+(?:\.\d+)*$`)
	numberedBot  = lazy.Pattern(`^(?:ro)?bot[-_ #]?\d`)
	camelBot     = lazy.Pattern(`[\p{Ll}\d]Bot$`)
	// serviceAccount begins the name of one.
	serviceAccount = lazy.Pattern(`^(?:svc|srv|sa|serviceaccount|service-account|service_account|robot|machine)[-_.][a-z0-9]|^(?:service|machine|robot|technical|functional|system) (?:account|user)\b`)
	initials       = lazy.Pattern(`^(?:[\p{L}]\.-?)+$`)
	wordEnds       = lazy.Pattern(`[\s_.+/-]+`)
)

// isBot reports whether an author is a machine by the rules above.
func isBot(name, address string) bool {
	name = strings.TrimSpace(name)
	folded := strings.ToLower(name)
	address = strings.ToLower(strings.TrimSpace(address))
	local, domain, _ := strings.Cut(address, "@")
	switch {
	case strings.HasSuffix(folded, "[bot]"), strings.HasSuffix(folded, "(bot)"), strings.HasSuffix(folded, "(automated)"),
		strings.HasSuffix(local, "[bot]"), botAddresses[address], botNames[lettersAndDigits(folded)], numberedBot().MatchString(folded):
		return true
	case folded == "root" && placeholderHost(domain):
		return true // a job on a machine without a name
	case isServiceAccount(folded, local):
		return true
	case isSurnamed(name, local):
		return false
	}
	bare := versionAtEnd().ReplaceAllString(inBrackets().ReplaceAllString(name, ""), "")
	return isMachineName(bare, domain) || isMachineLocal(local, folded, ownsDomain(folded, local, domain))
}

// isSurnamed reports a name of several words that ends in a surname: behind a given name, an
// initial or a particle, or where the address is made of the names.
func isSurnamed(name, local string) bool {
	words := strings.Fields(strings.ToLower(name))
	if len(words) < 2 || !surnames[words[len(words)-1]] || strings.HasSuffix(name, "CI") {
		return false
	}
	last, before := words[len(words)-1], words[:len(words)-1]
	first, _, hyphenated := strings.Cut(before[0], "-")
	if machineWork[before[0]] || machineServers[before[0]] || botNames[lettersAndDigits(strings.Join(before, ""))] {
		return false
	}
	if givenNames[first] || initials().MatchString(before[0]) || len(before) > 1 && particles[before[len(before)-1]] && !machineWork[first] {
		return true
	}
	if hyphenated || strings.ContainsFunc(first, func(r rune) bool { return !unicode.IsLetter(r) }) {
		return false
	}
	_, login, isNoreply := strings.Cut(local, "+")
	if isNoreply {
		local = login
	}
	bare := lettersAndDigits(local)
	if last != "bot" && last != "robot" && bare == first[:1]+last[:1] {
		return true // the address is made of the initials
	}
	both := (bare == first+last || bare == last+first) && last != "bot" && last != "robot"
	return both || bare == first[:1]+last || bare == last+first[:1]
}

func isMachineName(name, domain string) bool {
	folded := strings.ToLower(strings.TrimSpace(name))
	words := wordEnds().Split(folded, -1)
	last := words[len(words)-1]
	if len(words) == 1 {
		return folded == "bot" || machineWords[folded] && !surnames[folded] ||
			!surnamesInBot[folded] && (strings.HasSuffix(folded, "bot") && len(folded) > 4 || camelBot().MatchString(name)) ||
			isProjectCI(folded, domain)
	}
	before := strings.Join(words[:len(words)-1], " ")
	switch last {
	case "server", "user", "account", "service":
		return machineServers[before] || machineServers[words[len(words)-2]]
	}
	if isMachineWorkAlone(words) {
		return true
	}
	if machineTasks[last] && doesMachineTasks(before, last, !strings.ContainsRune(strings.TrimSpace(name), ' ')) {
		return true
	}
	return machineWords[last] || strings.HasSuffix(folded, "ci/cd") || words[0] == "automated" || words[0] == "automatic" ||
		strings.HasPrefix(before, "self hosted ") || before == "auto"
}

// isMachineWorkAlone reports a name in which each word is of a machine's work, and the last is
// what it does or makes: "Weekly Report", "Mirror Job", "CI Build".
func isMachineWorkAlone(words []string) bool {
	for _, word := range words {
		if !machineWork[word] && !machineTasks[word] && !machineServers[word] && !machineWords[word] && !timetable[word] && !machineProducts[word] {
			return false
		}
	}
	return len(words) > 1 && (machineTasks[words[len(words)-1]] || machineProducts[words[len(words)-1]])
}

// machineProducts end the name of a job, and no name of a person behind a machine's word.
var machineProducts = set("report", "reports", "build", "builds", "update", "updates", "release", "releases", "deploy",
	"deployment", "backup", "cleanup", "refresh", "check", "checks", "test", "tests")

// timetable are words for when a job runs.
var timetable = set("hourly", "daily", "nightly", "weekly", "monthly", "scheduled", "automatic", "auto", "periodic", "regular")

// doesMachineTasks reports whether what stands before the word for a task is a machine, or
// what the machine works on.
func doesMachineTasks(before, task string, isJoined bool) bool {
	areWork := true
	for word := range strings.FieldsSeq(before) {
		areWork = areWork && (machineWork[word] || botNames[word] || machineServers[word])
	}
	return areWork || botNames[lettersAndDigits(before)] || machineServers[before] ||
		isJoined && strings.HasSuffix(task, "er") && !roles[task] && !givenNames[before]
}

// isServiceAccount reports what directories of an organization call the account of a machine.
func isServiceAccount(folded, local string) bool {
	return serviceAccount().MatchString(folded) || serviceAccount().MatchString(local)
}

// isMachineOf reports one word of the account that owns the repository and of what a machine
// does: "examples-ci" and "examplesbuild" of the account examples. Account is in letters and
// digits.
func isMachineOf(account, name string) bool {
	work, found := strings.CutPrefix(lettersAndDigits(strings.ToLower(name)), account)
	return found && len(account) >= 3 && (machineServers[work] || machineWords[work])
}

// isProjectCI reports one word of a project and "ci": the project is what the domain of
// the address is called.
func isProjectCI(folded, domain string) bool {
	stem, found := strings.CutSuffix(folded, "ci")
	return found && len(stem) >= 3 && !strings.Contains(domain, folded) && strings.Contains(lettersAndDigits(domain), lettersAndDigits(stem))
}

// ownsDomain reports somebody whose domain is called as they are: cron@petersen.example of Cron
// Petersen. A word for a machine is no such name.
func ownsDomain(folded, local, domain string) bool {
	words := strings.Fields(folded)
	if len(words) != 2 || words[0] != local || len(words[1]) < minName || machineWords[words[1]] || machineTasks[words[1]] || machineServers[words[1]] {
		return false
	}
	label, _, _ := strings.Cut(domain, ".")
	return lettersAndDigits(label) == lettersAndDigits(words[1])
}

// isMachineLocal reports a local part that ends in the word bot, unless the name before
// it is the author's own: "case.bot@…" of one who is called Case.
func isMachineLocal(local, folded string, isOwnDomain bool) bool {
	if machineLocals[local] {
		return !isOwnDomain
	}
	before, found := strings.CutSuffix(local, "bot")
	if !found || before == "" || !strings.ContainsRune("-_.+", rune(before[len(before)-1])) {
		return false
	}
	return before[len(before)-1] != '.' || !slices.Contains(strings.Fields(folded), strings.Trim(before, "-_.+"))
}

// lettersAndDigits drops everything but letters and digits.
func lettersAndDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}
