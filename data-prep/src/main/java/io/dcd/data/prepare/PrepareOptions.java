package io.dcd.data.prepare;

import io.dcd.data.Split;
import io.dcd.data.image.ImageLimits;
import io.dcd.data.source.SourceLayout;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;

/** What to prepare and how. {@link #builder} takes what is required, the rest has defaults. */
public final class PrepareOptions {
    /** ImageNet has none to refuse; this many fit into the driver's memory many times. */
    public static final long DEFAULT_MAXIMUM_QUARANTINED = 10_000;

    private final Path source;
    private final Path output;
    private final Set<Split> splits;
    private final long seed;
    private final PixelCheck pixelCheck;
    private final ImageLimits imageLimits;
    private final ShardLimits shardLimits;
    private final boolean sourceHashes;
    private final Optional<SourceLayout> layout;
    private final Recoding recoding;
    private final long maximumQuarantined;

    private PrepareOptions(Builder builder) {
        this.source = builder.source;
        this.output = builder.output;
        this.splits = Set.copyOf(builder.splits);
        this.seed = builder.seed;
        this.pixelCheck = builder.pixelCheck;
        this.imageLimits = builder.imageLimits;
        this.shardLimits = builder.shardLimits;
        this.sourceHashes = builder.sourceHashes;
        this.layout = builder.layout;
        this.recoding = builder.recoding;
        this.maximumQuarantined = builder.maximumQuarantined;
    }

    /**
     * @param source directory with the archives or folders, on any file system that Hadoop knows
     * @param output directory to prepare: absent, empty, or prepared with the same options before, to the end or not
     */
    public static Builder builder(Path source, Path output) {
        return new Builder(source, output);
    }

    public Path source() {
        return source;
    }

    public Path output() {
        return output;
    }

    public Set<Split> splits() {
        return splits;
    }

    public long seed() {
        return seed;
    }

    public PixelCheck pixelCheck() {
        return pixelCheck;
    }

    public ImageLimits imageLimits() {
        return imageLimits;
    }

    public ShardLimits shardLimits() {
        return shardLimits;
    }

    public boolean sourceHashes() {
        return sourceHashes;
    }

    /** Empty: recognised from what the source holds. */
    public Optional<SourceLayout> layout() {
        return layout;
    }

    public Recoding recoding() {
        return recoding;
    }

    public long maximumQuarantined() {
        return maximumQuarantined;
    }

    /** The options that influence the result, by the name the manifest gives them. */
    Map<String, String> asMap() {
        Map<String, String> map = new TreeMap<>();
        Set<String> names = new TreeSet<>();
        splits.forEach(split -> names.add(split.directory()));
        map.put("splits", String.join(",", names));
        map.put("seed", Long.toString(seed));
        map.put("pixel-check", pixelCheck.name().toLowerCase(Locale.ROOT));
        map.put("max-image-bytes", Integer.toString(imageLimits.bytes()));
        map.put("max-image-pixels", Long.toString(imageLimits.pixels()));
        map.put("row-group-bytes", Long.toString(shardLimits.rowGroupBytes()));
        map.put("row-group-rows", Integer.toString(shardLimits.rowGroupRows()));
        map.put("shard-bytes", Long.toString(shardLimits.shardBytes()));
        map.put("shard-rows", Integer.toString(shardLimits.shardRows()));
        map.put("resize", Integer.toString(recoding.shorterSide()));
        map.put("jpeg-quality", Integer.toString(recoding.quality()));
        map.put("source-hashes", Boolean.toString(sourceHashes));
        return map;
    }

    /** Collects options. */
    public static final class Builder {
        private final Path source;
        private final Path output;
        private Set<Split> splits = EnumSet.allOf(Split.class);
        private long seed;
        private PixelCheck pixelCheck = PixelCheck.DECODE;
        private ImageLimits imageLimits = ImageLimits.DEFAULT;
        private ShardLimits shardLimits = ShardLimits.DEFAULT;
        private boolean sourceHashes = true;
        private Optional<SourceLayout> layout = Optional.empty();
        private Recoding recoding = Recoding.DEFAULT;
        private long maximumQuarantined = DEFAULT_MAXIMUM_QUARANTINED;

        private Builder(Path source, Path output) {
            this.source = source;
            this.output = output;
        }

        /** The splits to prepare, at least one; default both. */
        public Builder withSplits(Set<Split> value) {
            this.splits = value;
            return this;
        }

        /** Seed of the global shuffle; default 0. */
        public Builder withSeed(long value) {
            this.seed = value;
            return this;
        }

        /** Default {@link PixelCheck#DECODE}. */
        public Builder withPixelCheck(PixelCheck value) {
            this.pixelCheck = value;
            return this;
        }

        /** Default {@link ImageLimits#DEFAULT}. */
        public Builder withImageLimits(ImageLimits value) {
            this.imageLimits = value;
            return this;
        }

        /** Default {@link ShardLimits#DEFAULT}. */
        public Builder withShardLimits(ShardLimits value) {
            this.shardLimits = value;
            return this;
        }

        /** Whether to compute the MD5 of every source file, which reads each once more; default true. */
        public Builder withSourceHashes(boolean value) {
            this.sourceHashes = value;
            return this;
        }

        /** Default: recognised from what the source holds. */
        public Builder withLayout(SourceLayout value) {
            this.layout = Optional.of(value);
            return this;
        }

        /** Default {@link Recoding#DEFAULT}. */
        public Builder withRecoding(Recoding value) {
            this.recoding = value;
            return this;
        }

        /** More refused images than this are a failure; default {@link #DEFAULT_MAXIMUM_QUARANTINED}. */
        public Builder withMaximumQuarantined(long value) {
            this.maximumQuarantined = value;
            return this;
        }

        public PrepareOptions build() {
            if (maximumQuarantined < 0) {
                throw new IllegalArgumentException("max-quarantined must not be negative: " + maximumQuarantined);
            }
            if (splits.isEmpty()) {
                throw new IllegalArgumentException("at least one split must be prepared");
            }
            return new PrepareOptions(this);
        }
    }
}
