package io.dcd.model.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that ask for more than data, in both forms: nothing happens but one line that names it. */
@Timeout(60)
class HostileFileTest {
    @TempDir
    private Path directory;

    static List<Arguments> pickles() {
        return List.of(
                hostile(
                        "a system command",
                        Pickle.protocol2()
                                .global("os", "system")
                                .text("touch hacked")
                                .op(0x85, 'R'),
                        "its pickle asks for os.system"),
                hostile(
                        "a system command by Python's alias",
                        Pickle.protocol2()
                                .global("posix", "system")
                                .text("touch hacked")
                                .op(0x85, 'R'),
                        "its pickle asks for posix.system"),
                hostile(
                        "evaluation",
                        Pickle.protocol2().global("builtins", "eval").text("1").op(0x85, 'R'),
                        "its pickle asks for builtins.eval"),
                hostile(
                        "evaluation by names on the stack",
                        new Pickle()
                                .bytes(0x80, 4)
                                .text("builtins")
                                .text("eval")
                                .op(0x93)
                                .text("1")
                                .op(0x85, 'R'),
                        "its pickle asks for builtins.eval"),
                hostile(
                        "a process",
                        Pickle.protocol2()
                                .global("subprocess", "Popen")
                                .text("sh")
                                .op(0x85, 'R'),
                        "its pickle asks for subprocess.Popen"),
                hostile(
                        "PyTorch's own way back to pickles",
                        Pickle.protocol2().global("torch.storage", "_load_from_bytes"),
                        "its pickle asks for torch.storage._load_from_bytes"),
                hostile(
                        "a function of PyTorch that is no storage",
                        Pickle.protocol2().global("torch", "load"),
                        "its pickle asks for torch.load"),
                hostile(
                        "a name with a dot",
                        new Pickle()
                                .bytes(0x80, 4)
                                .text("torch")
                                .text("FloatStorage.__init__")
                                .op(0x93),
                        "its pickle asks for torch.FloatStorage.__init__"),
                hostile(
                        "a call of a class that is only named",
                        Pickle.protocol2().global("torch", "FloatStorage").op(')', 'R'),
                        "its pickle calls what is no function"),
                hostile(
                        "a call of what the file itself made",
                        Pickle.protocol2().text("os.system").op(')', 'R'),
                        "its pickle calls what is no function"),
                hostile(
                        "an instance by INST",
                        Pickle.protocol2().op('(', 'i').ascii("os\nsystem\n"),
                        "its pickle has the opcode INST at byte"),
                hostile("an instance by OBJ", Pickle.protocol2().op('(', 'o'), "its pickle has the opcode OBJ"),
                hostile("an instance by NEWOBJ", Pickle.protocol2().op(')', 0x81), "its pickle has the opcode NEWOBJ"),
                hostile("the registry, EXT1", Pickle.protocol2().op(0x82, 1), "its pickle has the opcode EXT1"),
                hostile("the registry, EXT2", Pickle.protocol2().op(0x83, 1, 0), "its pickle has the opcode EXT2"),
                hostile(
                        "the registry, EXT4",
                        Pickle.protocol2().op(0x84, 1, 0, 0, 0),
                        "its pickle has the opcode EXT4"),
                hostile(
                        "state for an object with __setstate__",
                        Pickle.protocol2()
                                .global("collections", "OrderedDict")
                                .text("__setstate__")
                                .op('b'),
                        "its pickle sets attributes of what is no dictionary"),
                hostile(
                        "attributes of a function",
                        Pickle.protocol2()
                                .global("torch._utils", "_rebuild_parameter")
                                .op('}', 'b'),
                        "its pickle sets attributes of what is no dictionary"),
                hostile(
                        "an object outside that is no storage",
                        Pickle.protocol2().text("module").op(0x85, 'Q'),
                        "its pickle refers to something outside that is no storage"),
                hostile(
                        "a string of four gigabytes",
                        Pickle.protocol2().op('X').int32(-1),
                        "a string of 4294967295 bytes is announced"),
                hostile(
                        "a string of two gigabytes",
                        Pickle.protocol2().op('X').int32(Integer.MAX_VALUE),
                        "a string of 2147483647 bytes is announced"),
                hostile(
                        "a string of two gigabytes of Python 2",
                        Pickle.protocol2().op('T').int32(Integer.MAX_VALUE),
                        "a string of 2147483647 bytes is announced"),
                hostile("a line without end", Pickle.protocol2().op('c').ascii("x".repeat(1000)), "a line is longer"),
                hostile("a number without end", Pickle.protocol2().op('I').ascii("9".repeat(1000)), "a line is longer"),
                hostile("an unknown opcode", Pickle.protocol2().op(0xFF), "its pickle has the opcode 0xFF"),
                hostile("a value that is not there", Pickle.protocol2().op('h', 7), "it refers to value 7"),
                hostile("nothing to call", Pickle.protocol2().op('R'), "an operand is missing"),
                hostile("an end without a value", Pickle.protocol2(), "an operand is missing"),
                hostile(
                        "a key that takes forever to hash",
                        exponential(Pickle.protocol2().op('}'), ')', 0x86).op('N', 's'),
                        "the key of a dictionary is neither a string nor a whole number"),
                hostile(
                        "a value of exponential size",
                        exponential(Pickle.protocol2(), ')', 0x86),
                        "it holds no state dictionary"),
                hostile(
                        "a hundred million operations",
                        Pickle.protocol2().ascii("]".repeat(2_000_000)),
                        "it has more than 1048576 operations"),
                hostile(
                        "a million marks",
                        Pickle.protocol2().ascii("(".repeat(1_000_000)).op('t'),
                        "are left behind"));
    }

    private static Arguments hostile(String name, Pickle pickle, String reason) {
        return Arguments.of(Named.of(name, pickle.stop()), reason);
    }

    /** A pair of a pair of a pair of … the same value: 60 operations, 2⁶⁰ values. */
    private static Pickle exponential(Pickle pickle, int seed, int pair) {
        pickle.op(seed);
        for (int i = 0; i < 60; i++) {
            pickle.op('q', i, 'h', i, pair);
        }
        return pickle;
    }

    @ParameterizedTest
    @MethodSource("pickles")
    void isRefusedInAnArchive(byte[] pickle, String reason) throws IOException {
        assertRefused(TorchFiles.zipEntries(Map.of("archive/data.pkl", pickle)), reason);
    }

    @ParameterizedTest
    @MethodSource("pickles")
    void isRefusedInTheOldForm(byte[] pickle, String reason) throws IOException {
        assertRefused(TorchFiles.legacy(pickle, List.of(), List.of()), reason);
    }

    @Test
    void aPickleInPlaceOfTheOldFormsMagicNumberIsNotRun() throws IOException {
        byte[] pickle = Pickle.protocol2()
                .global("os", "system")
                .text("touch hacked")
                .op(0x85, 'R')
                .stop();
        assertRefused(pickle, "neither a zip archive nor PyTorch's magic number");
    }

    @Test
    void archivesThatPlayTricksAreRefused() throws IOException {
        byte[] pickle = tensor(1, 0, 1, 1);
        for (String name : List.of(
                "../data.pkl",
                "/data.pkl",
                "archive/../../data/0",
                "archive\\data.pkl",
                "archive/data/../../x",
                "archive/payload.so",
                "archive/code/__torch__.py",
                "other/data/0")) {
            Map<String, byte[]> entries = new LinkedHashMap<>();
            entries.put("archive/data.pkl", pickle);
            entries.put(name, new byte[4]);
            assertRefused(TorchFiles.zipEntries(entries), "");
        }
        assertRefused(TorchFiles.zipEntries(Map.of("archive/version", pickle)), "holds no data.pkl");
        assertRefused(bomb("archive/data.pkl"), "its entry data.pkl is compressed, which torch.save never does");
        assertThat(directory.resolve("x")).doesNotExist();
    }

    @Test
    void sizesThatAreNotThereAreNotAllocated() throws IOException {
        // Storage elements, offset, extent, stride.
        assertTensorRefused(tensor(Integer.MAX_VALUE, 0, 1, 1), "is said to have 2147483647 numbers");
        assertTensorRefused(tensor(-1, 0, 1, 1), "is said to have -1 numbers");
        assertTensorRefused(tensor(500_000_000, 0, 1, 1), "numbers");
        assertTensorRefused(tensor(1, 0, 2, 1), "reaches beyond its storage of 1");
        assertTensorRefused(tensor(1, 1, 1, 1), "reaches beyond its storage of 1");
        assertTensorRefused(tensor(1, -1, 1, 1), "reaches beyond its storage of 1");
        assertTensorRefused(tensor(1, 0, -1, 1), "reaches beyond its storage of 1");
        assertTensorRefused(tensor(1, 0, 1, -1), "reaches beyond its storage of 1");
        // A billion numbers from one.
        assertTensorRefused(tensor(1, 0, 1_000_000_000, 0), "reaches beyond its storage of 1");
    }

    private void assertTensorRefused(byte[] pickle, String reason) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", pickle);
        entries.put("archive/data/0", new byte[4]);
        assertRefused(TorchFiles.zipEntries(entries), reason);
        assertRefused(TorchFiles.legacy(pickle, List.of(new byte[4]), List.of(1L)), reason);
        assertRefused(TorchFiles.legacy(pickle, List.of(new byte[4]), List.of(Long.MAX_VALUE)), "");
    }

    /** A state dictionary of one tensor. */
    private static byte[] tensor(int elements, int offset, int extent, int stride) {
        return Pickle.protocol2()
                .op('}')
                .text("weight")
                .global("torch._utils", "_rebuild_tensor_v2")
                .op('(', '(')
                .text("storage")
                .global("torch", "FloatStorage")
                .text("0")
                .text("cpu")
                .integer(elements)
                .op('t', 'Q')
                .integer(offset)
                .integer(extent)
                .op(0x85)
                .integer(stride)
                .op(0x85, 0x89, '}', 't', 'R', 's')
                .stop();
    }

    /** An archive of a few kilobytes that would be 64 MiB. */
    private static byte[] bomb(String name) throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            zip.putNextEntry(new ZipEntry(name));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                zip.write(zeros);
            }
        }
        return archive.toByteArray();
    }

    private void assertRefused(byte[] bytes, String reason) throws IOException {
        Path file = Files.write(directory.resolve("hostile.pth"), bytes);
        assertThatThrownBy(() -> {
                    try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file)) {
                        checkpoint.read("weight");
                    }
                })
                .isInstanceOf(TorchFileException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(reason)
                .extracting(Throwable::getMessage)
                .asString()
                .hasLineCount(1);
        assertThat(Path.of("hacked")).as("nothing was run").doesNotExist();
    }
}
