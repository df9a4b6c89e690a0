package portfolio

import (
	"strings"
	"sync"

	"github.com/kljensen/snowball/english"
)

// generalWords are what software of any domain says of itself and of those who use it: a
// register of births and a map of malaria are both open platforms that support programs at
// scale.
const generalWords = `
	ability able accelerate accept access accessible accompany account accurate achieve across action active activity actor actual adapt add addition
	address administer administrator adopt adult advance advantage affordable agency aggregate agile aim algorithm allow already also alternative
	although amount analysis analyst analytics analyze android anyone anywhere apache api app appear applicable application apply approach appropriate
	architecture area around aspect assist associate attribute author authority automate automatic available aware back base basic become begin behind
	benefit best better beyond billion board bottom box brand bridge bring broad build built bundle call capability capable capacity capture catalog
	category central centralize challenge change channel check choice choose citizen clear client close cloud code codebase collaborate collaboration
	collaborative collect collection combine come commit common commonly communicate communication community company compare compatible complete complex
	component comprehensive computer concept configurable configuration configure connect connection consist consortium constant consume contain content
	context continue contribute contribution contributor control convenient convert copy core cost could country cover create creation critical cross
	current custom customizable customize cutting daily dashboard data database dataset date day deal decade define definition deliver delivery
	demonstrate depend deploy deployment design desktop detail determine develop developer development device different difficult digital digitalize
	digitization digitize direct directly discover display distribute distribution diverse document documentation done download drive driven dynamic each
	early ease easily easy ecosystem edge edit effect effective efficiency efficient effort either electronic element embed embrace emerge employ empower
	enable end engage engagement engine enhance ensure enter entire entity entry especially essential establish etc every everyone everything evolve
	exact example excel execute exist expand experience expert explore export extend extensible extensive external facilitate facility factor fast
	feature federate feedback field file final find first fit five fix flexible flow focus follow format foster foundation four framework free freely
	friendly from frontier full fully function functional functionality further future gap gather general generate generation generic get give global
	goal good government govtech great ground group grow growth guide half hand handle hard hardware have help helpful high highly host hub human idea
	identify impact implement implementation import important improve improvement include inclusive increase individual industry inform information
	infrastructure initial initiative innovate innovation innovative input insight install instance instead instrument integrate integration integrity
	intelligence intelligent intend interact interactive interest interface internal international internet introduce involve issue item java javascript
	join journey keep key kind kit know lack large last launch layer lead leader leading least legacy less level leverage license life lifecycle light
	lightweight like limit link linux list little live local long look machine made main maintain maintenance major make maker making manage management
	manager manual many mass match material mean measure mechanism meet member method methodology micro microservice middle might million minimal mission
	mobile model modern modular module money more most move much multi multiple multitude national native necessary need net network next note number
	offer office official offline often online only open openly opensource operate operation operational opportunity optimize option order organisation
	organise organization organize original outcome output over overall overview package page part participant participate particular partner partnership
	path pattern people perform performance period permit person personal phase phone picture pilot place plan platform play plug plugin point policy
	population portable portal possible potential power powerful practical practice practitioner precise prepare present prevent previous primary
	principle priority private problem process produce product professional profile program programme progress project promote proper protocol proven
	provide provider provision public publish purpose quality query quick quickly range rapid rapidly rate reach read ready real realtime reason receive
	recent recognize reduce reference region regional regular relate relational relationship release relevant reliable remain remote report reporting
	repository represent request require requirement resource respond response responsible rest result reusable reuse review rich right robust role rule
	run same save scalable scale scenario scheme scope script second sector seek select self send serve server service session setting several share
	short should show side significant similar simple simplify single site situation size small smart smartphone social society software solution solve
	some source space special specialist specific specification speed stack stage stakeholder standalone standard standardize standing start state status
	step store strategic strategy streamline strength strengthen strive strong structure study submit success successful suit suitable suite support sure
	switch system systematic table tablet tackle tailor take target task team technical technique technological technology template term test text than
	theme themselves thing third thousand three through throughout time timely together tool toolbox toolkit top total track tracker traditional trainer
	transform transformation transmit type understand unified unify unique unit unite universal unlike update upload usage use useful user usual utility
	utilize value variety various vary vast vendor version view virtual vision visualise visualization visualize volume want ways web webapp webpage
	website well while whole wide widely wider window within without work workflow workplace world worldwide would write year york`

// generalStems are their stems.
var generalStems = sync.OnceValue(func() map[string]bool {
	stems := map[string]bool{}
	for _, word := range strings.Fields(generalWords) {
		stems[english.Stem(word, false)] = true
	}
	return stems
})
