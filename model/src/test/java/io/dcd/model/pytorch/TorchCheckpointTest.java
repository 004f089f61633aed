package io.dcd.model.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading of files that PyTorch wrote; {@code make_fixtures.py} beside them says what is in them. */
class TorchCheckpointTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"toy-protocol2.pth", "toy-protocol3.pth", "toy-protocol4.pth", "toy-protocol5.pth"})
    void readsEveryTypeAndView(String name) throws IOException {
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(fixture(name))) {
            assertThat(checkpoint.names())
                    .containsExactly(
                            "float32",
                            "float64",
                            "float16",
                            "bfloat16",
                            "view",
                            "transposed",
                            "parameter",
                            "counter",
                            "half.extremes");
            for (String type : List.of("float32", "float64", "float16", "bfloat16")) {
                assertThat(checkpoint.read(type)).as(type).containsExactly(values(0, 6));
                assertThat(checkpoint.shape(type)).as(type).containsExactly(2L, 3L);
            }
            assertThat(checkpoint.read("view")).containsExactly(values(10, 12));
            float[] rows = values(10, 12);
            assertThat(checkpoint.shape("transposed")).containsExactly(4L, 3L);
            assertThat(checkpoint.read("transposed"))
                    .containsExactly(
                            rows[0], rows[4], rows[8], rows[1], rows[5], rows[9], rows[2], rows[6], rows[10], rows[3],
                            rows[7], rows[11]);
            assertThat(checkpoint.read("parameter")).containsExactly(number(5), number(42), number(79), number(116));
            assertThat(checkpoint.shape("counter")).isEmpty();
            // The largest, a subnormal one (6e-8 is rounded to 2⁻²⁴), minus zero, the smallest normal one.
            assertThat(checkpoint.read("half.extremes"))
                    .containsExactly(65504, (float) Math.pow(2, -24), -0f, (float) Math.pow(2, -14));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint.pth", "checkpoint.pth.tar"})
    void findsTheStateDictionaryOfAWrappedModule(String name) throws IOException {
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(fixture(name))) {
            assertThat(checkpoint.names())
                    .as("neither module. nor the optimiser's tensors")
                    .containsExactly(
                            "0.weight",
                            "0.bias",
                            "1.weight",
                            "1.bias",
                            "1.running_mean",
                            "1.running_var",
                            "1.num_batches_tracked");
            assertThat(checkpoint.read("0.weight")).containsExactly(values(0, 6));
            assertThat(checkpoint.read("1.running_var")).containsExactly(values(0, 2));
        }
    }

    @Test
    void readsWhatPythonTwoWrote() throws IOException {
        // Python 2's strings and large integers, its ordered dictionary with items as arguments, PyTorch 0.3's tensor.
        byte[] tensor = new Pickle()
                .global("torch._utils", "_rebuild_tensor")
                .op('(', '(')
                .bytesText("storage")
                .global("torch", "FloatStorage")
                .bytesText("0")
                .bytesText("cuda:0")
                .op('K')
                .bytes(3)
                .op('N', 't', 'Q', 'K')
                .bytes(1)
                .op('K')
                .bytes(2)
                .op(0x85, 'K')
                .bytes(1)
                .op(0x85, 't', 'R')
                .stop();
        byte[] pickle = Pickle.protocol2()
                .op('}', '(')
                .bytesText("optimizer")
                .op('}')
                .op('I')
                .ascii("140234567890123\n")
                .op('I')
                .ascii("01\n")
                .op('s')
                .bytesText("state_dict")
                .global("collections", "OrderedDict")
                .op(']', ']')
                .bytesText("module.weight")
                .op('a')
                .bytes(Arrays.copyOf(tensor, tensor.length - 1))
                .op('a', 'a', 0x85, 'R', '}')
                .bytesText("_metadata")
                .op('}', 's', 'b', 'u')
                .stop();
        byte[] storage = {0, 0, (byte) 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40};
        Path file = write("python2.pth.tar", TorchFiles.legacy(pickle, List.of(storage), List.of(3L)));
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file)) {
            assertThat(checkpoint.names()).containsExactly("weight");
            assertThat(checkpoint.read("weight")).containsExactly(2, 3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint.pth", "checkpoint.pth.tar", "toy-protocol4.pth"})
    void aFileCutShortIsRefusedWhereverItIsCut(String name) throws IOException {
        byte[] whole = Files.readAllBytes(fixture(name));
        Path cut = directory.resolve("cut.pth");
        for (int length = 0; length < whole.length; length += 1 + length % 7) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> readAll(cut))
                    .as("the first %d of %d bytes", length, whole.length)
                    .isInstanceOf(TorchFileException.class)
                    .hasMessageStartingWith(cut.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint.pth", "checkpoint.pth.tar", "toy-protocol4.pth"})
    void aFlippedByteIsReadOrRefusedAndNothingElse(String name) throws IOException {
        byte[] whole = Files.readAllBytes(fixture(name));
        Random random = new Random(1);
        Path flipped = directory.resolve("flipped.pth");
        int refused = 0;
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = whole.clone();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(flipped, bytes);
            try {
                readAll(flipped);
            } catch (TorchFileException e) {
                refused++;
            }
        }
        assertThat(refused).as("most bytes matter").isGreaterThan(100);
    }

    @Test
    void aDamagedNumberInAnArchiveIsFound() throws IOException {
        byte[] bytes = Files.readAllBytes(fixture("toy-protocol2.pth"));
        // The first storage begins with -2.
        int at = indexOf(bytes, new byte[] {0, 0, 0, (byte) 0xC0});
        bytes[at + 2] ^= 1;
        Path file = write("damaged.pth", bytes);
        assertThatThrownBy(() -> readAll(file))
                .isInstanceOf(TorchFileException.class)
                .hasMessageContaining("CRC-32");
    }

    @Test
    void otherFilesAreRefusedByWhatTheyAre() throws IOException {
        assertRefused(fixture("torchscript.pt"), "it is a TorchScript archive");
        assertRefused(
                write("text.pth", "weights".getBytes(StandardCharsets.US_ASCII)),
                "neither a zip archive nor PyTorch's magic number");
        assertRefused(write("empty.pth", new byte[0]), "neither a zip archive nor PyTorch's magic number");
        byte[] tar = new byte[1024];
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
        assertRefused(write("old.tar", tar), "tar archive, the form of PyTorch before 0.2");
        assertRefused(directory.resolve("missing.pth"), "there is no such file");
        assertRefused(
                write(
                        "number.pth",
                        TorchFiles.legacy(Pickle.protocol2().integer(3).stop(), List.of(), List.of())),
                "it holds no state dictionary");
    }

    private void assertRefused(Path file, String reason) {
        assertThatThrownBy(() -> readAll(file))
                .isInstanceOf(TorchFileException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(reason);
    }

    private static void readAll(Path file) {
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file)) {
            for (String name : checkpoint.names()) {
                if (!name.endsWith("counter") && !name.endsWith("num_batches_tracked")) {
                    checkpoint.require(
                            name,
                            checkpoint.shape(name).stream()
                                    .map(Math::toIntExact)
                                    .toList());
                    checkpoint.read(name);
                }
            }
        }
    }

    private static float number(int i) {
        return (i % 64 - 32) / 16f;
    }

    private static float[] values(int from, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = number((from + i) * 37);
        }
        return values;
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        int at = 0;
        while (!Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
            at++;
        }
        return at;
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes);
    }

    private Path fixture(String name) throws IOException {
        Path file = directory.resolve(name);
        try (InputStream in = TorchCheckpointTest.class.getResourceAsStream(name)) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }
}
