# A formula for a tap. `tag` and `revision` are those of a release; a maintainer sets them
# (docs/releasing.md). It builds from the sources, so that the version is that of the tag.
class Midspan < Formula
  desc "Tells which digital public goods carry real load on too few supports"
  homepage "https://github.com/midspan/midspan"
  license "Apache-2.0"
  head "https://github.com/midspan/midspan.git", branch: "main"

  depends_on "go" => :build
  depends_on "git"

  def install
    ENV["CGO_ENABLED"] = "0"
    system "go", "build", "-trimpath", "-buildvcs=true", *std_go_args(ldflags: "-s -w"), "./cmd/midspan"
    generate_completions_from_executable(bin/"midspan", "completion")
    system bin/"midspan", "man", "manual"
    man1.install Dir["manual/*.1"]
  end

  test do
    (testpath/"goods.csv").write "url,name\nhttps://forge.example/o/one,One\n"
    assert_match "1 good", shell_output("#{bin}/midspan catalog show --offline --catalog goods.csv")
  end
end
