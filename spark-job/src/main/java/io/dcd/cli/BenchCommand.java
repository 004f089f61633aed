package io.dcd.cli;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Backends;
import io.dcd.engine.bench.Benchmark;
import io.dcd.engine.bench.BenchmarkResult;
import io.dcd.engine.bench.Comparison;
import io.dcd.engine.bench.OperationCost;
import io.dcd.engine.bench.Peer;
import io.dcd.engine.bench.PeerProcess;
import io.dcd.engine.bench.PeerServer;
import io.dcd.engine.bench.ProcessMemory;
import io.dcd.engine.bench.Workload;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.lowering.InitialParameters;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.model.network.NetworkOptions;
import io.dcd.model.network.Networks;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dcd bench}: how fast a network runs here. */
@Command(
        name = "bench",
        description = {
            "Measures how fast a network trains or predicts on this machine, on random images.",
            "",
            "--peer alternates with the same network in libtorch, which runs in a process of its own, and prints the ratios of time and memory; build with 'mvn -Ppeer package' for it."
        })
final class BenchCommand implements Callable<Integer> {
    private static final long SEED = 1;
    private static final int LINES_OF_PROFILE = 40;
    private static final String AS_PEER = "--as-peer";

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NETWORK", description = "A name that 'dcd networks' lists.")
    private String network;

    @Option(names = "--mode", defaultValue = "train", description = "What to measure: ${COMPLETION-CANDIDATES}.")
    private Workload.Mode mode;

    @Option(names = "--batch", defaultValue = "32", description = "The number of images of a step.")
    private int batch;

    @Option(
            names = {"--image-size", "--size"},
            defaultValue = "224",
            description = "Height and width of the input.")
    private int imageSize;

    @Option(names = "--classes", defaultValue = "1000", description = "The number of classes.")
    private int classes;

    @Option(
            names = "--stem-stride",
            description =
                    "Stride of the first convolution, 1 or 2; by default 1 for images of at most 64 × 64, else 2.")
    private Optional<Integer> stemStride;

    @Option(
            names = "--backend",
            defaultValue = Backends.AUTO,
            description = "What computes: auto, onednn or reference.")
    private String backend;

    @Option(names = "--threads", description = "The number of threads; by default one for each processor.")
    private Optional<Integer> threads;

    @Option(names = "--warmups", defaultValue = "5", description = "Steps before the measurement begins.")
    private int warmups;

    @Option(names = "--repeats", defaultValue = "20", description = "Measured steps; the median counts.")
    private int repeats;

    @Option(names = "--profile", description = "Tell what every operation costs.")
    private boolean profile;

    @Option(names = "--peer", description = "Measure libtorch too, taking turns.")
    private boolean peer;

    @Option(names = AS_PEER, hidden = true, description = "Run libtorch alone, for another bench command that asks.")
    private boolean asPeer;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** What is printed. */
    private record Report(
            String network,
            String mode,
            int batch,
            int imageSize,
            int stemStride,
            String backend,
            int threads,
            double stepMilliseconds,
            double imagesPerSecond,
            double arenaMegabytes,
            Double peakResidentMegabytes,
            PeerReport peer,
            List<OperationCost> profile) {}

    /** What the peer took, how many times faster this engine is, and which part of the peer's memory it takes. */
    private record PeerReport(
            String name,
            double stepMilliseconds,
            double imagesPerSecond,
            double ratio,
            Double peakResidentMegabytes,
            Double memoryRatio) {}

    @Override
    public Integer call() throws IOException {
        check("--batch", batch, 1);
        check("--warmups", warmups, 0);
        check("--repeats", repeats, 1);
        int threadCount = threads.orElse(Runtime.getRuntime().availableProcessors());
        check("--threads", threadCount, 1);
        NetworkOptions options = options();
        Workload workload = workload(options);
        if (asPeer) {
            serve(workload, threadCount);
            return ExitCode.DONE.code();
        }
        Backend chosen = backend(threadCount);
        Report report = measure(workload, options, chosen, threadCount);
        if (json) {
            Json.print(spec, report);
        } else {
            print(report);
        }
        return ExitCode.DONE.code();
    }

    private Report measure(Workload workload, NetworkOptions options, Backend chosen, int threadCount)
            throws IOException {
        BenchmarkResult result;
        double milliseconds;
        PeerReport peerReport = null;
        try (Benchmark benchmark = new Benchmark(workload, chosen)) {
            result = benchmark.run(warmups, repeats, profile);
            milliseconds = result.stepMilliseconds();
            if (peer) {
                try (PeerProcess process = startPeer()) {
                    Comparison comparison = Comparison.of(benchmark, process, warmups, repeats);
                    milliseconds = comparison.stepMilliseconds();
                    peerReport = peerReport(comparison, process);
                }
            }
        }
        return new Report(
                network,
                mode.name().toLowerCase(Locale.ROOT),
                batch,
                imageSize,
                options.stemStride(),
                chosen.name(),
                threadCount,
                milliseconds,
                batch * 1e3 / milliseconds,
                result.arenaBytes() / 1e6,
                peakResidentMegabytes(),
                peerReport,
                result.profile());
    }

    private PeerProcess startPeer() throws IOException {
        peer(); // if there is none, the process need not be asked
        List<String> arguments =
                new ArrayList<>(spec.commandLine().getParseResult().originalArgs());
        arguments.add(AS_PEER);
        return PeerProcess.start(Dcd.class.getName(), arguments);
    }

    private PeerReport peerReport(Comparison comparison, PeerProcess process) {
        double milliseconds = comparison.peerStepMilliseconds();
        OptionalDouble resident = process.peakMegabytes();
        Double ours = peakResidentMegabytes();
        return new PeerReport(
                peer().name(),
                milliseconds,
                batch * 1e3 / milliseconds,
                comparison.ratio(),
                resident.isPresent() ? resident.getAsDouble() : null,
                resident.isPresent() && ours != null ? ours / resident.getAsDouble() : null);
    }

    /** Runs libtorch's steps as the process asks that started this one. */
    private void serve(Workload workload, int threadCount) throws IOException {
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Peer.Steps steps = peer().prepare(workload, threadCount)) {
            PeerServer.serve(steps, requests, spec.commandLine().getOut());
        } catch (UnsupportedOperationException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static Peer peer() {
        return Peer.find()
                .orElseThrow(() -> new UsageException(
                        "libtorch is not on the class path: build with 'mvn -Ppeer -DskipTests package'"));
    }

    private NetworkOptions options() {
        try {
            NetworkOptions usual = NetworkOptions.of(imageSize, classes);
            return stemStride.map(usual::withStemStride).orElse(usual);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private Workload workload(NetworkOptions options) {
        try {
            ComputationGraphConfiguration configuration =
                    Networks.named(network).configuration(options);
            Graph graph = Lowering.ofImages(
                    configuration,
                    imageSize,
                    imageSize,
                    ImageNormalization.IMAGENET_MEAN,
                    ImageNormalization.IMAGENET_DEVIATION);
            float[] parameters = InitialParameters.draw(configuration, SEED);
            return new Workload(network, graph, parameters, mode, batch, options.stemStride());
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private Backend backend(int threadCount) {
        try {
            return Backends.select(backend, threadCount);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static Double peakResidentMegabytes() {
        OptionalDouble peak = ProcessMemory.peakMegabytes();
        return peak.isPresent() ? peak.getAsDouble() : null;
    }

    private void print(Report report) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%s, %s, batch %d at %d × %d, stem stride %d, %s on %d threads%n",
                report.network(),
                report.mode(),
                report.batch(),
                report.imageSize(),
                report.imageSize(),
                report.stemStride(),
                report.backend(),
                report.threads());
        out.printf(
                "step %.1f ms, %.1f images/s, values and gradients %.0f MB",
                report.stepMilliseconds(), report.imagesPerSecond(), report.arenaMegabytes());
        if (report.peakResidentMegabytes() != null) {
            out.printf(", peak resident memory %.0f MB", report.peakResidentMegabytes());
        }
        out.println();
        if (report.peer() != null) {
            out.printf(
                    "%s: step %.1f ms, %.1f images/s; taking turns this engine is %.2f times faster%n",
                    report.peer().name(),
                    report.peer().stepMilliseconds(),
                    report.peer().imagesPerSecond(),
                    report.peer().ratio());
            if (report.peer().memoryRatio() != null) {
                out.printf(
                        "%s: peak resident memory %.0f MB; this engine takes %.2f of it%n",
                        report.peer().name(),
                        report.peer().peakResidentMegabytes(),
                        report.peer().memoryRatio());
            }
        }
        printProfile(out, report.profile());
        out.flush();
    }

    private static void printProfile(PrintWriter out, List<OperationCost> profile) {
        if (profile.isEmpty()) {
            return;
        }
        out.printf("%nThe first thread's fastest pass, milliseconds; megabytes that a forward pass must move%n");
        out.printf("%-40s %-22s %-14s %9s %9s %9s%n", "writes", "operation", "shape", "forward", "backward", "MB");
        profile.stream()
                .sorted(Comparator.comparingDouble(
                        (OperationCost cost) -> -cost.forwardMilliseconds() - cost.backwardMilliseconds()))
                .limit(LINES_OF_PROFILE)
                .forEach(cost -> out.printf(
                        "%-40s %-22s %-14s %9.2f %9.2f %9.1f%n",
                        cost.output(),
                        cost.kind(),
                        cost.shape(),
                        cost.forwardMilliseconds(),
                        cost.backwardMilliseconds(),
                        cost.forwardBytes() / 1e6));
    }

    private static void check(String option, int value, int least) {
        if (value < least) {
            throw new UsageException("%s must be at least %d, got %d".formatted(option, least, value));
        }
    }
}
