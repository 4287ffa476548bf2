namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>The words of the fragment as tables; <see cref="Lexicon"/> reads them.</summary>
internal static class LexiconTables
{
    /// <summary>
    /// The lattice of nouns by indentation: a word lies below the word that it is indented under.
    /// <c>word/plural</c> gives an irregular plural; <c>!</c> says that the words directly below exclude one another.
    /// </summary>
    internal const string Nouns = """
        person/people
          adult
            man/men
            woman/women
          child/children
            boy
            girl
          artist
            painter
            singer
            dancer
            poet
          worker
            farmer
            baker
            driver
            miner
          scientist
            chemist
            physicist
          athlete
            boxer
            swimmer
          doctor
          lawyer
          teacher
          nurse
          judge
          soldier
          student
          king
          queen
          thief/thieves
        animal !
          dog !
            poodle
            terrier
            beagle
          cat
          bird !
            sparrow
            eagle
            crow
            goose/geese
          horse
          rabbit
          mouse/mice
          wolf/wolves
          bear
          monkey
          insect !
            bee
            ant
            beetle
        food !
          fruit !
            apple
            pear
            peach/peaches
            plum
          vegetable !
            carrot
            onion
            potato/potatoes
          cake
          pie
          sandwich/sandwiches
          egg
        plant !
          tree !
            oak
            pine
            maple
          flower !
            rose
            tulip
            lily/lilies
          bush/bushes
        vehicle !
          car
          truck
          bus/buses
          bicycle
          boat
        instrument !
          guitar
          piano
          violin
          drum
        tool !
          hammer
          knife/knives
          axe
          shovel
        toy !
          doll
          ball
          kite
        garment !
          hat
          coat
          shirt
          scarf/scarves
        document !
          book
          letter
          map
          poem
          picture
        container !
          box/boxes
          bottle
          basket
          cup
        furniture/furnishings !
          chair
          table
          bed
          lamp
        building !
          house
          church/churches
          hotel
          barn
        place !
          garden
          park
          forest
          kitchen
          school
          village
          market
          station
          library/libraries
          river
          hill
        """;

    /// <summary>Nouns below which siblings of <c>person</c> exclude one another, although the words below <c>person</c> mostly overlap.</summary>
    internal const string ExclusivePersons = "adult child | man woman | boy girl | king queen";

    /// <summary>
    /// Verbs, a line each: <c>base[/third/past/participle] frame subjects [objects [themes]] [&lt; hypernym]</c>. Forms left out are regular.
    /// Frames: <c>i</c> intransitive, <c>t</c> transitive, <c>d</c> ditransitive, <c>s</c> embeds a clause, <c>c</c> implicative (takes "to" and a verb).
    /// Classes are nouns of the lattice joined by commas; a line may follow only the lines of its hypernyms.
    /// </summary>
    internal const string Verbs = """
        move i person,animal,vehicle
        run/runs/ran/run i person,animal < move
        walk i person,animal < move
        swim/swims/swam/swum i person,animal < move
        jump i person,animal < move
        crawl i person,animal < move
        dance i person < move
        rest i person,animal
        sleep/sleeps/slept/slept i person,animal < rest
        nap/naps/napped/napped i person,animal < rest
        talk i person
        whisper i person < talk
        shout i person < talk
        chat/chats/chatted/chatted i person < talk
        laugh i person
        giggle i person < laugh
        cry/cries/cried/cried i person
        sob/sobs/sobbed/sobbed i person < cry
        smile i person
        sing/sings/sang/sung i person,bird
        wait i person,animal
        work i person,animal
        fall/falls/fell/fallen i person,animal,food,plant,tool,toy,document,container,furniture
        arrive i person,animal,vehicle
        wander i person,animal < move
        stop/stops/stopped/stopped i person,animal,vehicle
        grow/grows/grew/grown i plant,child,animal
        bloom i plant
        see/sees/saw/seen t person,animal person,animal,food,plant,vehicle,instrument,tool,toy,garment,document,container,furniture,building
        watch/watches/watched/watched t person,animal person,animal,vehicle < see
        notice t person,animal person,animal,vehicle,document,container < see
        spot/spots/spotted/spotted t person,animal person,animal,vehicle,plant < see
        follow t person,animal person,animal,vehicle
        chase t person,animal person,animal,vehicle < follow
        touch/touches/touched/touched t person,animal person,animal,plant,instrument,tool,toy,garment,document,container,furniture
        kiss/kisses/kissed/kissed t person person,animal < touch
        hug/hugs/hugged/hugged t person person,animal < touch
        kick t person,animal person,animal,toy,container,furniture < touch
        slap/slaps/slapped/slapped t person person < touch
        like t person person,animal,food,plant,instrument,toy,garment,document
        love t person person,animal,food,plant,instrument,document < like
        adore t person person,animal,document < like
        hate t person,animal person,animal,food
        help t person person,animal
        rescue t person person,animal < help
        visit t person person,building
        meet/meets/met/met t person person
        call t person person,animal
        praise t person person,animal
        thank t person person
        blame t person person,animal
        teach/teaches/taught/taught t person person
        scare t person,animal person,animal
        find/finds/found/found t person,animal person,animal,food,tool,toy,garment,document,container
        carry/carries/carried/carried t person,animal food,toy,tool,document,container
        drag/drags/dragged/dragged t person,animal food,toy,container,furniture < carry
        hold/holds/held/held t person toy,tool,instrument,document,container
        take/takes/took/taken t person,animal food,toy,tool,garment,document,container
        steal/steals/stole/stolen t person,animal food,toy,tool,garment,document,container < take
        grab/grabs/grabbed/grabbed t person,animal food,toy,tool,garment,document,container < take
        buy/buys/bought/bought t person food,vehicle,instrument,tool,toy,garment,document
        eat/eats/ate/eaten t person,animal food
        devour t person,animal food < eat
        cook t person food
        bake t person cake,pie < cook
        fry/fries/fried/fried t person egg,vegetable < cook
        boil t person egg,vegetable < cook
        read/reads/read/read t person document
        write/writes/wrote/written t person book,letter,poem
        draw/draws/drew/drawn t person picture,map
        play t person instrument
        drive/drives/drove/driven t person car,truck,bus
        break/breaks/broke/broken t person,animal toy,tool,container,furniture
        smash/smashes/smashed/smashed t person,animal toy,container,furniture < break
        wash/washes/washed/washed t person garment,vehicle,cup,bottle,vegetable,fruit
        wear/wears/wore/worn t person garment
        plant t person plant
        build/builds/built/built t person building,furniture,boat
        paint t person building,furniture,boat,picture
        give/gives/gave/given d person person,animal food,toy,tool,garment,document,container
        hand d person person food,toy,tool,garment,document,container < give
        send/sends/sent/sent d person person document,garment,container,toy
        mail d person person document,garment,container < send
        show/shows/showed/shown d person person toy,tool,document,animal,vehicle
        sell/sells/sold/sold d person person food,vehicle,instrument,tool,toy,garment
        bring/brings/brought/brought d person,animal person food,toy,tool,garment,document
        know/knows/knew/known s person
        realize s person
        discover s person
        remember s person
        believe s person
        think/thinks/thought/thought s person
        say/says/said/said s person
        claim s person
        hope s person
        pretend s person
        manage c person,animal,vehicle
        fail c person,animal,vehicle
        """;

    /// <summary>Embedding verbs whose complement follows from them, affirmed or denied.</summary>
    internal const string Factive = "know realize discover remember";

    /// <summary>Embedding verbs whose complement is false whether they are affirmed or denied.</summary>
    internal const string Counterfactive = "pretend";

    /// <summary>
    /// Adjectives, groups of mutually exclusive ones a line: <c>words : classes</c>; <c>a&lt;b</c> puts a below b ; <c>*</c> marks one that only follows "be".
    /// </summary>
    internal const string Adjectives = """
        red blue green yellow white black brown scarlet<red crimson<red navy<blue : vehicle,instrument,tool,toy,garment,document,container,furniture,building,food,plant
        wet dry soaked<wet : person,animal,vehicle,tool,toy,garment,document,container,furniture,plant
        clean dirty filthy<dirty : person,animal,vehicle,tool,toy,garment,container,furniture,building,food
        happy sad joyful<happy gloomy<sad : person,animal
        calm angry furious<angry : person,animal
        rich poor : person
        sick healthy : person,animal,plant
        *awake *asleep : person,animal
        full empty : container,vehicle,building
        round square : container,furniture,toy,cake
        french german italian : person,document,garment,food,vehicle,instrument
        wooden plastic : toy,tool,container,furniture,instrument
        bald : person
        blind : person,animal
        hungry : person,animal
        tired exhausted<tired : person,animal
        lost : person,animal,tool,toy,garment,document,container
        broken : vehicle,instrument,tool,toy,container,furniture
        """;

    /// <summary>Manner adverbs, with the frames that they go with.</summary>
    internal const string Adverbs = "quickly slowly quietly loudly carefully calmly suddenly secretly eagerly gently";

    /// <summary>Places as verb-phrase modifiers.</summary>
    internal const string Places = "in:garden in:park in:forest in:kitchen in:village in:library at:school at:market at:station near:river behind:barn near:church";

    /// <summary>Prepositions that relate two individuals: <c>word [&lt; hypernym]</c>.</summary>
    internal const string Prepositions = "near; beside < near; behind; with";

    /// <summary>Proper names, all of persons, a man's and a woman's in turn.</summary>
    internal const string Names = "john mary peter susan david laura robert emma george alice frank helen oscar clara henry julia";
}
