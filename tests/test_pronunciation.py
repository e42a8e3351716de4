"""The published examples of 표준 발음법, without the length of vowels."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.io.speech.pronunciation import pronounce

ARTICLES = {
    "5: 져, 쪄, 쳐 are 저, 쩌, 처": "가져 가저, 쪄 쩌, 다쳐 다처, 묻혀 무처, 붙여 부처, 잊혀 이처",
    "5: ㅖ behind a consonant is ㅔ, but in 례": "시계 시게, 계시다 게시다, 지혜 지헤, 차례 차례",
    "5: ㅢ behind a consonant is ㅣ": "희망 히망, 띄어쓰기 띠어쓰기, 무늬 무니, 희떱다 히떱따",
    "5: 의 is 이 further on, the particle is 에": "주의 주이, 협의 혀비, 우리의 우리에, "
    "강의의 강이에, 의사 의사, 민주주의 민주주이",
    "9: ㄲㅋ, ㅅㅆㅈㅊㅌ, ㅍ are ㄱ, ㄷ, ㅂ": "닦다 닥따, 키읔 키윽, 옷 옫, 있다 읻따, 젖 젇, "
    "빚다 빋따, 꽃 꼳, 쫓다 쫃따, 솥 솓, 뱉다 밷따, 앞 압, 덮다 덥따",
    "10: of two letters the first": "넋 넉, 넋과 넉꽈, 앉다 안따, 여덟 여덜, 넓다 널따, 외곬 외골, "
    "핥다 할따, 값 갑, 없다 업따",
    "10: 밟- is 밥, 넓- is 넙 in two words": "밟다 밥따, 밟소 밥쏘, 밟지 밥찌, 밟는 밤는, "
    "밟게 밥께, 밟고 밥꼬, 넓죽하다 넙쭈카다, 넓둥글다 넙뚱글다",
    "11: of two letters the second": "닭 닥, 흙과 흑꽈, 맑다 막따, 늙지 늑찌, 삶 삼, 젊다 점따, "
    "읊고 읍꼬, 읊다 읍따",
    "11: ㄺ of a stem is ㄹ before ㄱ": "맑게 말께, 묽고 물꼬, 얽거나 얼꺼나",
    "12: ㅎ and ㄱㄷㅈ are ㅋㅌㅊ": "놓고 노코, 좋던 조턴, 쌓지 싸치, 많고 만코, 않던 안턴, "
    "닳지 달치, 각하 가카, 먹히다 머키다, 밝히다 발키다, 맏형 마텽, 좁히다 조피다, 넓히다 널피다, "
    "꽂히다 꼬치다, 앉히다 안치다, 못하다 모타다, 숱하다 수타다",
    "12: ㅎ and ㅅ are ㅆ": "닿소 다쏘, 많소 만쏘, 싫소 실쏘",
    "12: ㅎ and ㄴ": "놓는 논는, 쌓네 싼네, 않네 안네, 않는 안는, 뚫네 뚤레, 뚫는 뚤른",
    "12: ㅎ before a vowel is silent": "낳은 나은, 놓아 노아, 쌓이다 싸이다, 많아 마나, "
    "않은 아는, 닳아 다라, 싫어도 시러도",
    "13: a coda moves to the vowel behind it": "깎아 까까, 옷이 오시, 있어 이써, 낮이 나지, "
    "꽂아 꼬자, 꽃을 꼬츨, 쫓아 쪼차, 밭에 바테, 앞으로 아프로, 덮이다 더피다",
    "14: of two letters the second moves": "넋이 넉씨, 앉아 안자, 닭을 달글, 젊어 절머, "
    "곬이 골씨, 핥아 할타, 읊어 을퍼, 값을 갑쓸, 없어 업써",
    "15: before a word of its own it is simplified first": "맛없다 마덥따, 겉옷 거돋, "
    "헛웃음 허두슴, 젖어미 저더미, 값어치 가버치, 값있는 가빈는",
    "16: names of letters": "디귿이 디그시, 디귿을 디그슬, 지읒에 지으세, 치읓이 치으시, "
    "키읔을 키으글, 티읕이 티으시, 피읖에 피으베, 히읗을 히으슬",
    "17: ㄷ and ㅌ before 이 are ㅈ and ㅊ": "곧이듣다 고지듣따, 굳이 구지, 미닫이 미다지, "
    "땀받이 땀바지, 밭이 바치, 벼훑이 벼훌치, 굳히다 구치다, 닫히다 다치다, 묻히다 무치다",
    "18: ㄱㄷㅂ before ㄴㅁ are ㅇㄴㅁ": "먹는 멍는, 국물 궁물, 깎는 깡는, 키읔만 키응만, "
    "몫몫이 몽목씨, 긁는 긍는, 흙만 흥만, 닫는 단는, 짓는 진는, 옷맵시 온맵씨, 있는 인는, "
    "맞는 만는, 젖멍울 전멍울, 쫓는 쫀는, 꽃망울 꼰망울, 붙는 분는, 놓는 논는, 잡는 잠는, "
    "밥물 밤물, 앞마당 암마당, 밟는 밤는, 읊는 음는, 없는 엄는, 입니다 임니다",
    "18: between words too": "책 넣는다 챙 넌는다, 흙 말리다 흥 말리다, 옷 맞추다 온 맏추다, "
    "밥 먹는다 밤 멍는다, 값 매기다 감 매기다",
    "19: ㄹ behind ㅁㅇㄱㅂ is ㄴ": "담력 담녁, 침략 침냑, 강릉 강능, 항로 항노, 대통령 대통녕, "
    "막론 망논, 협력 혐녁, 십리 심니",
    "20: ㄴ beside ㄹ is ㄹ": "난로 날로, 신라 실라, 천리 철리, 광한루 광할루, 대관령 대괄령, "
    "칼날 칼랄, 물난리 물랄리, 줄넘기 줄럼끼, 할는지 할른지, 닳는 달른, 뚫는 뚤른, 핥네 할레",
    "20: in some words it is ㄴㄴ": "의견란 의견난, 임진란 임진난, 생산량 생산냥, 결단력 결딴녁, "
    "공권력 공꿘녁, 동원령 동원녕, 상견례 상견녜, 횡단로 횡단노, 이원론 이원논, 입원료 이붠뇨",
    "23: tense behind ㄱㄷㅂ": "국밥 국빱, 깎다 깍따, 넋받이 넉빠지, 삯돈 삭똔, 닭장 닥짱, "
    "칡범 칙뻠, 뻗대다 뻗때다, 옷고름 옫꼬름, 있던 읻떤, 꽂고 꼳꼬, 꽃다발 꼳따발, 낯설다 낟썰다, "
    "밭갈이 받까리, 솥전 솓쩐, 곱돌 곱똘, 덮개 덥깨, 옆집 엽찝, 넓죽하다 넙쭈카다, 읊조리다 "
    "읍쪼리다, 값지다 갑찌다",
    "24: tense behind stems in ㄴ and ㅁ": "껴안다 껴안따, 앉고 안꼬, 얹다 언따, 삼고 삼꼬, "
    "더듬지 더듬찌, 닮고 담꼬, 젊지 점찌, 감기다 감기다, 굶기다 굼기다, "
    "옮기다 옴기다, 남자 남자, 심지어 심지어",
    "25: tense behind stems in ㄼ and ㄾ": "넓게 널께, 핥다 할따, 훑소 훌쏘, 떫지 떨찌, "
    "여덟도 여덜도",
    "26: tense behind ㄹ in Chinese words": "갈등 갈뜽, 발동 발똥, 절도 절또, 말살 말쌀, "
    "불소 불쏘, 일시 일씨, 갈증 갈쯩, 물질 물찔, 발전 발쩐, 몰상식 몰쌍식, 불세출 불쎄출",
    "27: tense behind a stem in ㄹ": "할 것을 할 꺼슬, 갈 데가 갈 떼가, 할 바를 할 빠를, "
    "할 수는 할 쑤는, 할 적에 할 쩌게, 갈 곳 갈 꼳, 할 도리 할 또리, 물 조심 물 조심, "
    "오늘 바로 오늘 바로, 서울 수도 서울 수도",
    "28: tense in compounds with an unwritten ㅅ": "문고리 문꼬리, 눈동자 눈똥자, 신바람 신빠람, "
    "산새 산쌔, 길가 길까, 물동이 물똥이, 발바닥 발빠닥, 굴속 굴쏙, 술잔 술짠, 아침밥 아침빱, "
    "강가 강까, 등불 등뿔, 창살 창쌀, 강줄기 강쭐기",
    "29: ㄴ comes in between": "솜이불 솜니불, 홑이불 혼니불, 막일 망닐, 삯일 상닐, 맨입 맨닙, "
    "꽃잎 꼰닙, 내복약 내봉냑, 한여름 한녀름, 남존여비 남존녀비, 신여성 신녀성, 색연필 생년필, "
    "직행열차 지캥녈차, 늑막염 능망념, 콩엿 콩녇, 담요 담뇨, 눈요기 눈뇨기, 영업용 영엄뇽, "
    "식용유 시굥뉴, 국민윤리 궁민뉼리, 밤윷 밤뉻",
    "29: and is ㄹ behind ㄹ": "솔잎 솔립, 설익다 설릭따, 물약 물략, 불여우 불려우, "
    "서울역 서울력, 물엿 물렫, 휘발유 휘발류, 유들유들 유들류들",
    "29: and not in these": "송별연 송벼련, 등용문 등용문",
    "30: ㄴ behind a written ㅅ": "콧날 콘날, 아랫니 아랜니, 툇마루 퇸마루, 뱃머리 밴머리, "
    "베갯잇 베갠닏, 깻잎 깬닙, 나뭇잎 나문닙, 도리깻열 도리깬녈, 뒷윷 뒨뉻",
}


def pairs(examples):
    """`word said` pairs; of several words, the first half is written and the second said."""
    for example in examples.split(", "):
        words = example.split()
        half = len(words) // 2
        yield " ".join(words[:half]), " ".join(words[half:])


@pytest.mark.parametrize("article", ARTICLES)
def test_article(article):
    found = {written: pronounce(written) for written, _ in pairs(ARTICLES[article])}
    assert found == dict(pairs(ARTICLES[article]))


def test_a_sentence():
    assert pronounce("꽃잎이 떨어집니다.") == "꼰니피 떠러짐니다."
    assert pronounce("제 이름은 김민수입니다") == "제 이르믄 김민수임니다"


def test_everyday_words():
    said = {
        "학교 식당": "학꾜 식땅",
        "괜찮아요": "괜차나요",
        "그렇습니다": "그러씀니다",
        "어떻게 할 거예요?": "어떠케 할 꺼예요?",
        "읽기가 싫다": "일끼가 실타",
        "압력과 독립": "암녁꽈 동닙",
        "깨끗한 옷": "깨끄탄 옫",
        "끝이 낱낱이": "끄치 난나치",
        "몇 년 동안": "면 년 동안",
    }
    assert {written: pronounce(written) for written in said} == said


def test_a_lone_letter_is_read_by_its_name():
    assert pronounce("ㄱ") == "기역"
    assert pronounce("ㅏ, ㅢ") == "아, 의"
    assert pronounce("ㄷ이 아니라 ㅎ") == "디그시 아니라 히읃"
    assert pronounce("ㅋㅋ") == "키윽 키윽"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="")))
def test_what_is_not_hangul_is_left_as_it_is(text):
    foreign = "".join(c for c in text if not ("\u1100" <= c <= "\u11ff" or "\u3131" <= c <= "힣"))
    assert pronounce(foreign) == foreign


def test_digits_latin_and_punctuation_stay_between_hangul():
    assert pronounce("3층 A동으로, 같이?") == "3층 A동으로, 가치?"


def test_letters_that_are_typed_apart_are_composed_first():
    assert pronounce("\u1101\u1169\u11be\u110b\u1175\u11c1") == "꼰닙"


@given(st.text("가각갂간갆닭값앉않넓밟잎입있없좋국밥신라같이굳히희의져계 .3", max_size=12))
def test_what_is_said_has_no_coda_but_the_seven(text):
    plain = set(range(28)) & {0, 1, 4, 7, 8, 16, 17, 21}
    said = [(ord(c) - ord("가")) % 28 for c in pronounce(text) if "가" <= c <= "힣"]
    moved_back = {coda for coda in said if coda not in plain}
    assert not moved_back


@given(st.sampled_from([said for text in ARTICLES.values() for _, said in pairs(text)]))
def test_what_is_written_as_said_is_said_so(said):
    assert pronounce(said) == said


@pytest.fixture(scope="module")
def phonemes():
    """What espeak-ng makes of a text, stress marks aside."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("needs the package espeak-ng")

    def phonemes(text):
        command = ["espeak-ng", "-v", "ko", "-x", "-q", text]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return told.strip().translate(str.maketrans("", "", "',"))

    return phonemes


@pytest.mark.parametrize(
    ("written", "said"),
    [("입니다", "임니다"), ("꽃잎", "꼰닙"), ("신라", "실라"), ("좋다", "조타"), ("담요", "담뇨"),
     ("서울역", "서울력"), ("맑게", "말께"), ("할 것을", "할 꺼슬"), ("국물", "궁물")],
)  # fmt: skip
def test_espeak_says_the_pronunciation_with_the_rules_and_something_else_without(
    written, said, phonemes
):
    assert phonemes(pronounce(written)) == phonemes(said)
    assert phonemes(written) != phonemes(said)
