package io.dcd.cli;

import io.dcd.data.Digests;
import io.dcd.engine.graph.Parameter;
import io.dcd.model.pytorch.ImportedNetwork;
import io.dcd.model.pytorch.NetworkImport;
import io.dcd.model.pytorch.TorchCheckpoint;
import io.dcd.settings.Settings;
import io.dcd.settings.SettingsLoader;
import io.dcd.train.ImportRecord;
import io.dcd.train.RunDirectory;
import io.dcd.vector.Vectors;
import io.dcd.worker.NetworkSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dcd import}. */
@Command(
        name = "import",
        description = {
            "Begins a run with the weights of a PyTorch checkpoint: of DCD's published code, or of torchvision for static networks.",
            "",
            "`dcd evaluate` and `dcd train` take the run from there. Both forms of torch.save are read, as data: nothing in the file is executed."
                    + " The file's classifier decides the number of classes, unless --classes gives another: then a new one is drawn."
        })
final class ImportCommand implements Callable<Integer> {
    /** Of the first convolution in PyTorch's networks, whatever the size of the images. */
    private static final int STEM_STRIDE = 2;

    /** The layer that depends on the number of classes. */
    private static final String CLASSIFIER = "classifier";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--pth",
            required = true,
            paramLabel = "FILE",
            description = "File that torch.save wrote (.pth, .pth.tar, .pt), on this machine.")
    private Path file;

    @Option(
            names = "--network",
            required = true,
            paramLabel = "NAME",
            description =
                    "The network in the file, as `dcd networks` lists them: mobilenetv2-x1.0-dcd, resnet50-dcd, ….")
    private String network;

    @Option(names = "--run", required = true, paramLabel = "DIR", description = "Run directory to begin.")
    private String run;

    @Option(
            names = "--classes",
            paramLabel = "N",
            description =
                    "Classes of the data to train on; if the file has another number, its classifier is left out and a new one drawn"
                            + " by training.seed.")
    private Optional<Integer> classes;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Mixin
    private SettingsOptions settingsOptions;

    @Override
    public Integer call() throws IOException {
        if (classes.isPresent() && classes.get() < 2) {
            throw new UsageException("--classes must be at least 2, got " + classes.get());
        }
        Configuration hadoop = SparkOptions.hadoopConfiguration();
        RunDirectory directory = RunDirectory.at(hadoop, SparkOptions.path(hadoop, run));
        Settings settings = settings();
        ImportedNetwork imported;
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file)) {
            imported = NetworkImport.read(
                    checkpoint, network, count -> networkSpec(settings, count).graph());
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
        int wanted = classes.orElse(imported.classes());
        boolean newClassifier = wanted != imported.classes();
        float[] parameters = newClassifier ? withNewClassifier(imported, settings, wanted) : imported.parameters();
        ImportRecord origin = new ImportRecord(
                network,
                wanted,
                newClassifier,
                file.getFileName().toString(),
                sha256(file),
                imported.tensors(),
                imported.counters(),
                parameters.length,
                Vectors.sha256(parameters));
        directory.begin(settings, parameters, origin);
        print(origin, directory);
        return ExitCode.DONE.code();
    }

    private Settings settings() {
        return settingsOptions
                .applyTo(new SettingsLoader().assignment("network.stem-stride=" + STEM_STRIDE))
                .value("network.name", network)
                .load();
    }

    private static NetworkSpec networkSpec(Settings settings, int classes) {
        return NetworkSpec.of(settings.network(), settings.data().imageSize(), classes);
    }

    /** The parameters of a network of so many classes: the imported ones, but for a classifier as training would begin with. */
    private static float[] withNewClassifier(ImportedNetwork imported, Settings settings, int classes) {
        NetworkSpec wanted = networkSpec(settings, classes);
        Map<String, Parameter> sources = networkSpec(settings, imported.classes()).graph().parameters().stream()
                .collect(Collectors.toMap(Parameter::name, Function.identity()));
        float[] parameters = wanted.initialParameters(settings.training().seed());
        for (Parameter target : wanted.graph().parameters()) {
            if (!target.layer().equals(CLASSIFIER)) {
                System.arraycopy(
                        imported.parameters(),
                        Math.toIntExact(sources.get(target.name()).offset()),
                        parameters,
                        Math.toIntExact(target.offset()),
                        target.elements());
            }
        }
        return parameters;
    }

    private void print(ImportRecord origin, RunDirectory directory) {
        if (json) {
            Json.print(spec, origin);
            return;
        }
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%s of %d classes%s: %d tensors (%d counters left out), %,d parameters and statistics; %s%n",
                        origin.network(),
                        origin.classes(),
                        origin.newClassifier() ? " with a new classifier" : "",
                        origin.tensors(),
                        origin.ignoredCounters(),
                        origin.parameters(),
                        directory.path());
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = Digests.newSha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return Digests.hex(digest.digest());
    }
}
