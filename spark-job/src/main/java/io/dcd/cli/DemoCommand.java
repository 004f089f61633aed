package io.dcd.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.dcd.data.DataException;
import io.dcd.data.Manifest;
import io.dcd.data.source.OfficialArchives;
import io.dcd.demo.DemoArchives;
import io.dcd.train.RunJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dcd demo}: a whole comparison on drawn images, by the very commands that a user would type. */
@Command(
        name = "demo",
        description = {
            "Draws a small data set and runs every step of a comparison on it: prep, train, evaluate.",
            "",
            "Needs no download. Repeating the command continues where it was stopped."
        })
final class DemoCommand implements Callable<Integer> {
    private static final List<String> NETWORKS = List.of("mobilenetv2-x0.5-static", "mobilenetv2-x0.5-dcd");
    /** Top-1 counts as learned from this multiple of chance. */
    private static final int LEARNED = 3;

    private static final int VALIDATION_PER_CLASS = 50;
    private static final int IMAGE_SIZE = 64;
    /** A quarter of the arithmetic of the usual stride at this size: a demonstration takes minutes, not an hour. */
    private static final int STEM_STRIDE = 2;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "dcd-demo",
            description = "Where everything goes; new, empty, or left by an earlier demo.")
    private Path output;

    @Option(names = "--images", paramLabel = "N", defaultValue = "400", description = "Training images of each class.")
    private int images;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "10", description = "Passes over the training images.")
    private int epochs;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of the images and of training.")
    private long seed;

    private PrintWriter err;

    /** One line of the table at the end. */
    private record Row(String network, JsonNode cost, JsonNode evaluation, double seconds) {
        double top1() {
            return evaluation.get("top1").asDouble();
        }
    }

    /** A step ended with an exit code other than 0; it has said why. */
    private static final class StepFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int code;

        StepFailure(int code) {
            this.code = code;
        }
    }

    @Override
    public Integer call() throws IOException {
        if (images < 1 || epochs < 1) {
            throw new UsageException("--images and --epochs must be at least 1");
        }
        err = spec.commandLine().getErr();
        drawImages();
        try {
            if (!Files.exists(prepared().resolve(Manifest.FILE_NAME))) {
                execute("prep", "--source", archives(), "--output", prepared());
            }
            List<Row> rows = new ArrayList<>();
            for (String network : NETWORKS) {
                rows.add(compete(network));
            }
            report(rows);
            return ExitCode.DONE.code();
        } catch (StepFailure failure) {
            return failure.code;
        }
    }

    private Row compete(String network) throws IOException {
        Path run = output.resolve("runs").resolve(network);
        List<Object> train =
                new ArrayList<>(List.of("train", "--network", network, "--data", prepared(), "--run", run));
        for (String setting : List.of(
                "data.image-size=" + IMAGE_SIZE,
                "network.stem-stride=" + STEM_STRIDE,
                // Logical workers: the same networks come out on any number of cores.
                "training.workers=2",
                "training.batch=32",
                // So few steps from random parameters need frequent averaging: with 25 steps a round it learns half as
                // much.
                "training.steps-per-round=4",
                "training.epochs=" + epochs,
                "training.warm-up-epochs=0.5",
                "training.seed=" + seed)) {
            train.addAll(List.of("--set", setting));
        }
        train.add("--json");
        JsonNode summary = run(train.toArray());
        JsonNode evaluation = run("evaluate", "--run", run, "--data", prepared(), "--json");
        JsonNode cost = run(
                "describe",
                network,
                "--json",
                "--classes",
                DemoArchives.CLASSES,
                "--image-size",
                IMAGE_SIZE,
                "--stem-stride",
                STEM_STRIDE);
        return new Row(network, cost, evaluation, summary.get("seconds").asDouble());
    }

    private Path archives() {
        return output.resolve("archives");
    }

    private Path prepared() {
        return output.resolve("prepared");
    }

    private void drawImages() throws IOException {
        String note =
                "%d training and %d validation images a class, seed %d%n".formatted(images, VALIDATION_PER_CLASS, seed);
        Path noteFile = output.resolve("images.txt");
        requireOwn(noteFile, note);
        Files.createDirectories(output);
        Files.writeString(noteFile, note);
        // The development kit is written last.
        if (Files.exists(archives().resolve(OfficialArchives.DEVELOPMENT_KIT))) {
            return;
        }
        DemoArchives drawn = new DemoArchives(images, VALIDATION_PER_CLASS, seed);
        say("drawing %,d images of %d classes into %s", drawn.images(), DemoArchives.CLASSES, archives());
        drawn.write(
                new Configuration(), new org.apache.hadoop.fs.Path(archives().toUri()), done -> {});
    }

    private void requireOwn(Path noteFile, String note) throws IOException {
        if (Files.exists(noteFile)) {
            String found = Files.readString(noteFile);
            if (!found.equals(note)) {
                throw new DataException("%s was left by a demo with %s; give another --output or the same options"
                        .formatted(output, found.strip()));
            }
        } else if (Files.exists(output)) {
            try (Stream<Path> content = Files.list(output)) {
                content.findFirst().ifPresent(entry -> {
                    throw new DataException("%s already holds something else (%s); give a new or empty --output"
                            .formatted(output, entry.getFileName()));
                });
            }
        }
    }

    /** Runs a command that prints JSON. */
    private JsonNode run(Object... words) throws IOException {
        return RunJson.MAPPER.readTree(execute(words));
    }

    /** Runs a command as the command line would and returns what it printed as its result. */
    private String execute(Object... words) {
        String[] arguments = Stream.of(words).map(Object::toString).toArray(String[]::new);
        say("%n$ dcd %s", String.join(" ", arguments));
        StringWriter result = new StringWriter();
        int code = Dcd.commandLine().setOut(new PrintWriter(result)).setErr(err).execute(arguments);
        if (code != ExitCode.DONE.code()) {
            throw new StepFailure(code);
        }
        return result.toString();
    }

    private void report(List<Row> rows) {
        PrintWriter out = spec.commandLine().getOut();
        double chance = 100.0 / DemoArchives.CLASSES;
        out.printf(
                "%n%-24s %10s %13s %8s %8s %9s%n",
                "network", "parameters", "multiply-adds", "top-1", "top-5", "training");
        for (Row row : rows) {
            out.printf(
                    Locale.ROOT,
                    "%-24s %,10d %12.1fM %6.1f %% %6.1f %% %7.0f s%n",
                    row.network(),
                    row.cost().get("trainable_parameters").asLong(),
                    row.cost().get("madds").get("published").asDouble() / 1e6,
                    row.top1(),
                    row.evaluation().get("top5").asDouble(),
                    row.seconds());
        }
        out.printf(Locale.ROOT, "%-24s %10s %13s %6.1f %% %6.1f %%%n%n", "chance", "", "", chance, 5 * chance);
        boolean learned = rows.stream().allMatch(row -> row.top1() >= LEARNED * chance);
        out.println(
                learned
                        ? "Both networks learned. The images are drawn and the runs short: the pipeline is shown, not the method's worth."
                        : "A network learned little: too few images or epochs.");
        out.printf(
                "In %s: archives (the images), prepared (the shards), runs (settings, metrics, checkpoints).%n",
                output);
        out.flush();
    }

    private void say(String format, Object... arguments) {
        err.printf(Locale.ROOT, format + "%n", arguments);
        err.flush();
    }
}
