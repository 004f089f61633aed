package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.PreparedImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Prepared images and a run that was trained on them for one round of two: made once for the tests of all commands, which may ask for it as
 * a parameter of their constructor. Who changes anything takes a copy.
 */
final class SmallRun implements AutoCloseable {
    static final String MASTER = "--master=local[2]";

    /** What the run was trained with, besides {@code --data}, {@code --run} and {@link #MASTER}. */
    static final String[] TRAIN = {
        "train",
        "--set=network.name=mobilenetv2-x0.35-static",
        "--set=data.image-size=32",
        "--set=training.workers=2",
        "--set=training.batch=10",
        "--set=training.epochs=1",
        "--set=training.steps-per-round=2",
        "--set=training.limit-rounds=1"
    };

    private final Path directory;

    private SmallRun(Path directory) {
        this.directory = directory;
    }

    private static SmallRun make() {
        try {
            SmallRun small = new SmallRun(Files.createTempDirectory("small-run"));
            SparkConf conf =
                    new SparkConf().setMaster("local[2]").setAppName("prepare").set("spark.ui.enabled", "false");
            try (JavaSparkContext spark = new JavaSparkContext(conf)) {
                PreparedImages.prepare(spark, small.directory);
            }
            CommandRunner dcd = new CommandRunner();
            assertThat(dcd.run(TRAIN, MASTER, "--data=" + small.data(), "--run=" + small.run()))
                    .as(dcd.err())
                    .isEqualTo(0);
            return small;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The prepared images. */
    Path data() {
        return directory.resolve("prepared");
    }

    /** The run directory. */
    Path run() {
        return directory.resolve("run");
    }

    /** Copies a directory with everything in it. */
    static Path copy(Path source, Path target) throws IOException {
        try (Stream<Path> paths = Files.walk(source)) {
            for (Path path : paths.toList()) {
                Files.copy(path, target.resolve(source.relativize(path).toString()));
            }
        }
        return target;
    }

    @Override
    public void close() {
        FileUtil.fullyDelete(directory.toFile());
    }

    /** Gives it to tests. */
    static final class Resolver implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == SmallRun.class;
        }

        @Override
        public SmallRun resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(Namespace.create(SmallRun.class))
                    .computeIfAbsent(SmallRun.class, key -> make(), SmallRun.class);
        }
    }
}
