package io.dcd.model.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.engine.plan.InferencePlan;
import io.dcd.model.network.NetworkOptions;
import io.dcd.model.network.Networks;
import io.dcd.torch.TorchParameters;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Import of whole networks: what libtorch computes with a file's tensors, ours must compute after the import. */
class NetworkImportTest {
    private static final int BATCH = 2;

    /** Odd at every stage; the last feature map is 3 × 3, which 2 × 2 pooling divides into overlapping windows. */
    private static final int SIZE = 65;

    /** Float on both sides through fifty and more layers, on logits of some units. */
    private static final double TOLERANCE = 1e-4;

    @TempDir
    private Path directory;

    private final Random random = new Random(1);

    @Test
    void mobileNetOfThePublishedCode() throws IOException {
        Map<String, Tensor> state = randomState(published("mobilenetv2-x1.0-dcd"), torch.ScalarType.Float);
        Path file = Files.write(directory.resolve("mobilenet.pth.tar"), TorchFiles.legacy(prefixed(state)));
        ImportedNetwork network = check("mobilenetv2-x1.0-dcd", file, state, TorchReference::mobileNet);
        assertThat(network.classes()).isEqualTo(1000);
        assertThat(network.tensors() + network.counters()).isEqualTo(state.size());
    }

    @Test
    void resNetOfThePublishedCode() throws IOException {
        // In float16, which halves the file of 120 MB.
        Map<String, Tensor> state = randomState(published("resnet50-dcd"), torch.ScalarType.Half);
        Path file = Files.write(directory.resolve("resnet50.pth"), TorchFiles.zip(state));
        check("resnet50-dcd", file, state, (reference, images) -> reference.resNet(images, 3, 4, 6, 3));
    }

    @Test
    void fileThatLibtorchWrote() throws IOException {
        Map<String, Tensor> state = randomState(published("mobilenetv2-x0.05-dcd"), torch.ScalarType.Float);
        byte[] written = TorchFiles.rewrittenByLibtorch(TorchFiles.zip(state));
        Path file = Files.write(directory.resolve("libtorch.pth"), written);
        ImportedNetwork network = check("mobilenetv2-x0.05-dcd", file, state, TorchReference::mobileNet);
        assertThat(network.classes()).isEqualTo(10);
    }

    @Test
    void staticNetworksOfTorchvision() throws IOException {
        Map<String, Tensor> mobileNet = randomState(torchvisionMobileNet(), torch.ScalarType.Float);
        Path file = Files.write(directory.resolve("mobilenet_v2.pth"), TorchFiles.zip(mobileNet));
        check("mobilenetv2-x0.05-static", file, mobileNet, TorchReference::torchvisionMobileNet);

        Map<String, Tensor> resNet = randomState(torchvisionResNet18(), torch.ScalarType.Half);
        file = Files.write(directory.resolve("resnet18.pth"), TorchFiles.zip(resNet));
        check("resnet18-static", file, resNet, (reference, images) -> reference.resNet(images, 2, 2, 2, 2));
    }

    @Test
    void aTensorTooFewOrTooManyIsNamed() throws IOException {
        Map<String, List<Long>> shapes = published("mobilenetv2-x0.05-dcd");
        shapes.remove("features.3.conv.0.fc_phi.weight");
        shapes.put("features.3.conv.0.fc_psi.weight", List.of(2L));
        assertRefused(
                "mobilenetv2-x0.05-dcd",
                shapes,
                "it lacks features.3.conv.0.fc_phi.weight; it has left over features.3.conv.0.fc_psi.weight");

        Map<String, List<Long>> counters = published("mobilenetv2-x0.05-dcd");
        counters.put("features.99.num_batches_tracked", List.of());
        assertRefused("mobilenetv2-x0.05-dcd", counters, "it has left over features.99.num_batches_tracked");
    }

    @Test
    void anotherNetworkIsRefused() throws IOException {
        Map<String, List<Long>> shapes = published("mobilenetv2-x0.05-dcd");
        assertRefused(
                "resnet50-dcd",
                shapes,
                "it does not hold the network resnet50-dcd by the names of the published code or torchvision: it lacks conv1.weight,");
        assertRefused("mobilenetv2-x0.05-static", shapes, "features.2.conv.0.weight");
        // The same names, other extents.
        assertRefused(
                "mobilenetv2-x0.5-dcd",
                shapes,
                "features.0.0.weight has the shape [8, 3, 3, 3], the network's has [16,");
        shapes.put("classifier.0.cls.bias", List.of(7L));
        assertRefused("mobilenetv2-x0.05-dcd", shapes, "are of [10, 7] classes");
    }

    @Test
    void aNetworkWithoutNamesInPyTorchIsRefused() throws IOException {
        Path file = file(published("mobilenetv2-x0.05-dcd"));
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file)) {
            assertThatThrownBy(() -> NetworkImport.read(checkpoint, "a-dyconv", network("mobilenetv2-x0.05-dyconv")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("network a-dyconv: its ")
                    .hasMessageContaining("has no name in PyTorch");
        }
    }

    @Test
    void aNumberThatIsNotFiniteIsNamed() throws IOException {
        Map<String, Tensor> state = randomState(published("mobilenetv2-x0.05-dcd"), torch.ScalarType.Float);
        state.get("conv.1.bias").data_ptr_float().put(7, Float.NaN);
        Path file = Files.write(directory.resolve("nan.pth"), TorchFiles.zip(state));
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file)) {
            assertThatThrownBy(() -> NetworkImport.read(checkpoint, "x", network("mobilenetv2-x0.05-dcd")))
                    .isInstanceOf(TorchFileException.class)
                    .hasMessage(file + ": conv.1.bias holds NaN at 7");
        }
    }

    private void assertRefused(String name, Map<String, List<Long>> shapes, String reason) throws IOException {
        Path file = file(shapes);
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file)) {
            assertThatThrownBy(() -> NetworkImport.read(checkpoint, name, network(name)))
                    .isInstanceOf(TorchFileException.class)
                    .hasMessageStartingWith(file + ": ")
                    .hasMessageContaining(reason);
        }
    }

    private Path file(Map<String, List<Long>> shapes) throws IOException {
        return Files.write(
                directory.resolve("network.pth"), TorchFiles.zip(randomState(shapes, torch.ScalarType.Float)));
    }

    private ImportedNetwork check(
            String name, Path file, Map<String, Tensor> state, BiFunction<TorchReference, Tensor, Tensor> forward) {
        byte[] pixels = new byte[BATCH * SIZE * SIZE * 3];
        random.nextBytes(pixels);
        ImportedNetwork network;
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file)) {
            network = NetworkImport.read(checkpoint, name, network(name));
        }
        float[] logits = new float[BATCH * network.classes()];
        Graph graph = network(name).apply(network.classes());
        try (InferencePlan plan = new InferencePlan(graph, new OneDnnBackend(1), BATCH)) {
            plan.parameters().write(network.parameters());
            plan.predict(ByteBuffer.wrap(pixels), logits);
        }
        Map<String, Tensor> single = state.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, each -> each.getValue().to(torch.ScalarType.Float)));
        double[] expected = TorchParameters.values(forward.apply(new TorchReference(single), images(pixels)));
        assertThat(expected).hasSize(logits.length).doesNotContain(Double.NaN);
        double largest = 0;
        for (int i = 0; i < logits.length; i++) {
            assertThat((double) logits[i]).as("logit %d", i).isCloseTo(expected[i], within(TOLERANCE));
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        assertThat(largest).as("the largest logit").isBetween(0.1, 100.0);
        return network;
    }

    private static IntFunction<Graph> network(String name) {
        return classes -> Lowering.ofImages(
                Networks.named(name)
                        .configuration(NetworkOptions.of(SIZE, classes).withStemStride(2)),
                SIZE,
                SIZE,
                ImageNormalization.IMAGENET_MEAN,
                ImageNormalization.IMAGENET_DEVIATION);
    }

    /** As torchvision's ToTensor and Normalize make them of 8-bit pixels. */
    private static Tensor images(byte[] pixels) {
        float[] values = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            int channel = i % 3;
            values[i] = (float) ((Byte.toUnsignedInt(pixels[i]) / 255.0 - ImageNormalization.IMAGENET_MEAN.get(channel))
                    / ImageNormalization.IMAGENET_DEVIATION.get(channel));
        }
        return TorchParameters.tensor(values, torch.ScalarType.Float, BATCH, SIZE, SIZE, 3)
                .permute(0, 3, 1, 2)
                .contiguous();
    }

    /** Names and shapes of a state dictionary of the published code. */
    private static Map<String, List<Long>> published(String name) throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                NetworkImportTest.class.getResourceAsStream(name + ".txt"), StandardCharsets.US_ASCII))) {
            Map<String, List<Long>> shapes = new LinkedHashMap<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] parts = line.split(" ", -1);
                shapes.put(
                        parts[0],
                        parts[2].isEmpty()
                                ? List.of()
                                : List.of(parts[2].split("x")).stream()
                                        .map(Long::valueOf)
                                        .toList());
            }
            return shapes;
        }
    }

    /** The state dictionary of torchvision's mobilenet_v2, at the width 0.05 and for five classes. */
    private static Map<String, List<Long>> torchvisionMobileNet() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        convolution(shapes, "features.0.0", "features.0.1", 8, 3, 3);
        long[] channels = {8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 16};
        for (int i = 1; i <= 17; i++) {
            String block = "features." + i + ".conv.";
            long hidden = i == 1 ? 8 : 48;
            int next = 0;
            if (i > 1) {
                convolution(shapes, block + "0.0", block + "0.1", hidden, 8, 1);
                next = 1;
            }
            convolution(shapes, block + next + ".0", block + next + ".1", hidden, 1, 3);
            convolution(shapes, block + (next + 1), block + (next + 2), channels[i - 1], hidden, 1);
        }
        convolution(shapes, "features.18.0", "features.18.1", 1280, 16, 1);
        shapes.put("classifier.1.weight", List.of(5L, 1280L));
        shapes.put("classifier.1.bias", List.of(5L));
        return shapes;
    }

    /** The state dictionary of torchvision's resnet18, for five classes. */
    private static Map<String, List<Long>> torchvisionResNet18() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        convolution(shapes, "conv1", "bn1", 64, 3, 7);
        long inputs = 64;
        for (int stage = 1; stage <= 4; stage++) {
            long width = 32L << stage;
            for (int i = 0; i < 2; i++) {
                String block = "layer%d.%d.".formatted(stage, i);
                convolution(shapes, block + "conv1", block + "bn1", width, inputs, 3);
                convolution(shapes, block + "conv2", block + "bn2", width, width, 3);
                if (inputs != width) {
                    convolution(shapes, block + "downsample.0", block + "downsample.1", width, inputs, 1);
                }
                inputs = width;
            }
        }
        shapes.put("fc.weight", List.of(5L, 512L));
        shapes.put("fc.bias", List.of(5L));
        return shapes;
    }

    private static void convolution(
            Map<String, List<Long>> shapes, String name, String normalization, long outputs, long inputs, long kernel) {
        shapes.put(name + ".weight", List.of(outputs, inputs, kernel, kernel));
        for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
            shapes.put(normalization + "." + part, List.of(outputs));
        }
        shapes.put(normalization + ".num_batches_tracked", List.of());
    }

    /** Random values with which activations keep their size. */
    private Map<String, Tensor> randomState(Map<String, List<Long>> shapes, torch.ScalarType type) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        shapes.forEach((name, extents) -> {
            long[] shape = extents.stream().mapToLong(Long::longValue).toArray();
            int elements = Math.toIntExact(LongStream.of(shape).reduce(1, Math::multiplyExact));
            if (name.endsWith("num_batches_tracked")) {
                state.put(name, TorchParameters.tensor(new float[] {7}, torch.ScalarType.Long));
            } else if (name.endsWith("running_var")) {
                state.put(name, uniform(elements, 0.5, 1.5, shape).to(type));
            } else if (name.endsWith("fc_phi.weight")) {
                state.put(name, uniform(elements, -0.03, 0.03, shape).to(type));
            } else if (shape.length > 1) {
                double bound = Math.sqrt(3.0 * shape[0] / elements);
                state.put(name, uniform(elements, -bound, bound, shape).to(type));
            } else if (name.endsWith("weight")) {
                state.put(name, uniform(elements, 0.4, 0.8, shape).to(type));
            } else {
                state.put(name, uniform(elements, -0.2, 0.2, shape).to(type));
            }
        });
        return state;
    }

    private Tensor uniform(int elements, double low, double high, long... shape) {
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) random.nextDouble(low, high);
        }
        return TorchParameters.tensor(values, torch.ScalarType.Float, shape);
    }

    private static Map<String, Tensor> prefixed(Map<String, Tensor> state) {
        Map<String, Tensor> prefixed = new LinkedHashMap<>();
        state.forEach((name, tensor) -> prefixed.put("module." + name, tensor));
        return prefixed;
    }
}
