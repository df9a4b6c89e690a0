package manifest

// What comes with further languages.
const (
	javaxStandard = `accessibility annotation crypto imageio lang management naming net print rmi script security smartcardio sound sql swing tools transaction xml`

	// The modules of the packages that come with GHC: base, array, binary, bytestring,
	// containers, deepseq, directory, exceptions, filepath, mtl, parsec, pretty, process, stm,
	// template-haskell, text, time, transformers, unix.
	haskellStandard = `Prelude Numeric Unsafe.Coerce Type.Reflection Debug.Trace Text.Printf Text.Show Text.Read Text.ParserCombinators.ReadP
Text.ParserCombinators.ReadPrec Text.Read.Lex Text.Show.Functions System.CPUTime System.Console.GetOpt System.Environment System.Environment.Blank System.Exit
System.IO System.IO.Error System.IO.Unsafe System.Info System.Mem System.Mem.StableName System.Mem.Weak System.Process System.Process.Internals System.Timeout
System.Cmd System.Locale Control.Applicative Control.Arrow Control.Category Control.Concurrent Control.Concurrent.Chan Control.Concurrent.MVar
Control.Concurrent.QSem Control.Concurrent.QSemN Control.Exception Control.Exception.Base Control.Monad Control.Monad.Fail Control.Monad.Fix
Control.Monad.IO.Class Control.Monad.Instances Control.Monad.Zip Control.Monad.Catch Control.Monad.Catch.Pure Control.Monad.Cont Control.Monad.Cont.Class
Control.Monad.Error Control.Monad.Error.Class Control.Monad.Except Control.Monad.Identity Control.Monad.List Control.Monad.Signatures Control.Monad.Accum
Control.Monad.Select Control.DeepSeq Data.Bifoldable Data.Bifunctor Data.Bitraversable Data.Bits Data.Bool Data.Char Data.Coerce Data.Complex Data.Containers
Data.Containers.ListUtils Data.Data Data.Dynamic Data.Either Data.Eq Data.Fixed Data.Foldable Data.Foldable1 Data.Function Data.Functor Data.Functor.Classes
Data.Functor.Compose Data.Functor.Const Data.Functor.Constant Data.Functor.Contravariant Data.Functor.Identity Data.Functor.Product Data.Functor.Reverse
Data.Functor.Sum Data.Graph Data.IORef Data.Int Data.Ix Data.Kind Data.List Data.List.NonEmpty Data.Maybe Data.Monoid Data.Ord Data.Proxy Data.Ratio
Data.Semigroup Data.STRef Data.STRef.Lazy Data.STRef.Strict Data.String Data.Text Data.Text.Array Data.Text.Encoding Data.Text.Encoding.Error Data.Text.Foreign
Data.Text.IO Data.Text.IO.Utf8 Data.Text.Internal Data.Text.Read Data.Text.Unsafe Data.Traversable Data.Tree Data.Tuple Data.Typeable Data.Unique Data.Version
Data.Void Data.Word Data.ByteString Data.ByteString.Builder Data.ByteString.Char8 Data.ByteString.Internal Data.ByteString.Lazy Data.ByteString.Lazy.Char8
Data.ByteString.Short Data.ByteString.Unsafe Data.Array Data.Array.Base Data.Array.IArray Data.Array.IO Data.Array.MArray Data.Array.ST Data.Array.Storable
Data.Array.Unboxed Data.Array.Unsafe Data.Array.IO.Safe Data.Array.ST.Safe`
	haskellTrees = `GHC Foreign Data.Type Data.Map Data.IntMap Data.Set Data.IntSet Data.Sequence Data.Text.Lazy Data.Time Data.Binary Control.Monad.ST
Control.Monad.State Control.Monad.Reader Control.Monad.Writer Control.Monad.RWS Control.Monad.Trans Control.Monad.STM Control.Concurrent.STM
System.Directory System.FilePath System.Posix Text.Parsec Text.ParserCombinators.Parsec Text.PrettyPrint Language.Haskell.TH Trace.Hpc Distribution Numeric.Natural`

	elixirStandard = `Access Agent Application ArgumentError Atom Base Behaviour Bitwise Calendar Code Collectable Config Date DateTime Dict Duration DynamicSupervisor
EEx EExUnit Enum Enumerable Exception ExUnit File Float Function GenEvent GenServer HashDict HashSet IEx IO Inspect Integer JSON Kernel Keyword List Logger Macro Map
MapSet Mix Module NaiveDateTime Node OptionParser PartitionSupervisor Path Port Process Protocol Range Record Regex Registry RuntimeError Set Stream String StringIO
Supervisor System Task Time Tuple URI Version __MODULE__ kernel stdlib eunit common_test public_key ssl crypto inets xmerl`

	ocamlStandard = `Arg Array ArrayLabels Atomic Bigarray Bool Buffer Bytes BytesLabels Callback Char Complex Condition Digest Domain Dynlink Effect Either Ephemeron Event
Filename Float Format Fun Gc Hashtbl In_channel Int Int32 Int64 Lazy Lexing List ListLabels Map Marshal MoreLabels Mutex Nativeint Obj Oo Option Out_channel Parsing
Pervasives Printexc Printf Queue Random Result Scanf Semaphore Seq Set Stack StdLabels Stdlib Str Stream String StringLabels Sys Thread Type Uchar Unit Unix UnixLabels
Weak`

	nimStandard = `std system strutils sequtils os osproc tables sets json times math algorithm random re parseopt strformat options sugar asyncdispatch httpclient
asynchttpserver asyncnet net nativesockets streams unittest macros typetraits hashes deques heapqueue lists parsecfg parsecsv parsexml parsejson xmlparser xmltree
htmlparser uri base64 md5 sha1 logging locks threadpool cpuinfo terminal unicode encodings memfiles tempfiles paths dirs files cgi cookies browsers bitops complex
rationals stats fenv monotimes marshal db_sqlite db_mysql db_postgres smtp ropes colors critbits intsets setutils strscans strtabs strmisc pegs punycode mimetypes
wrapnils with atomics channels sharedtables posix winlean dynlib distros volatile jsffi dom asyncjs varints oids endians reservedmem segfaults`
)
